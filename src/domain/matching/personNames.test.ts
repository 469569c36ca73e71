import { describe, expect, it } from 'vitest';
import { employeeRow } from '../../../test/support/fakes/fakeProvider.ts';
import { namesAgree } from './personNames.ts';

describe('names of people', () => {
  const named = (name: string) => employeeRow('x', { name });

  it.each([
    ['Léa Martin', 'lea martin'],
    ['Martin, Léa', 'Léa Martin'],
    ["Sean O'Brien", 'Sean O’Brien'],
    ['Anna Maria Lopez Garcia', 'Anna Lopez'],
    ['L. Martin', 'Léa Martin'],
    ['J. Jones', 'Jones, James'],
    ['Cher', 'CHER'],
    ['Jürgen Müller', 'Juergen Mueller'],
    ['Søren Ørsted', 'Soeren Oersted'],
    ['Łukasz Strauß', 'Lukasz Strauss'],
    ['Sørensen, Åse', 'Aase Soerensen'],
    ['José García López', 'Jose Garcia López'],
    ['Nguyễn Thị Thúy', 'Nguyen Thi Thuy'],
    ['Kaʻiulani Keʻalohi', "Ka'iulani Ke'alohi"],
    ['Le\u0301a Mar\u200btin', 'Léa Martin'],
    ['ПЁТР ФЁДОРОВ', 'Петр Федоров'],
    ['П. Фёдоров', 'Пётр Фёдоров'],
    ['Γιώργος Νέρης', 'ΓΙΩΡΓΟΣ ΝΕΡΗΣ'],
    ['مُحَمَّد علی', 'محمد علي'],
    ['מֹשֶׁה כֹּהֵן', 'משה כהן'],
    ['फ़ैज़ अहमद', 'फैज अहमद'],
    ['राम कुमार', 'कुमार, राम'],
    ['山田 太郎', '太郎 山田'],
    ['山田太郎', '太郎 山田'],
    ['ﾔﾏﾀﾞ ﾖｳｺ', 'ヤマダ・ヨウコ'],
    ['김 민수', '김민수'],
  ])('%s and %s agree', (a, b) => {
    expect(namesAgree(named(a), named(b))).toBe(true);
    expect(namesAgree(named(b), named(a))).toBe(true);
  });

  it.each([
    ['Léa Martin', 'Luc Martin'],
    ['Léa', 'Léa Martin'],
    ['L. M.', 'Léa Martin'],
    ['Léa Martin', 'Léa Moreau'],
    ['राम कुमार', 'रीमा कुमार'],
    ['රාම නිමල්', 'රාම නාමල්'],
    ['حَسَن كريم', 'حُسْن كريم'],
    ['דָּן לוי', 'דֹּן לוי'],
    ['Раис Каримов', 'Райс Каримов'],
    ['さかい ゆか', 'さがい ゆか'],
    ['王 芳', '王 芳菲'],
    ['王', '王'],
    ['김 민', '김 민수'],
    ['Trần Văn Dung', 'Trần Văn Dũng'],
    ['Nguyễn Thủy', 'Nguyễn Thúy'],
    ['Michael Novak', 'Michal Novak'],
    ['Ram Kumar', 'राम कुमार'],
    ['Anna Ivanova', 'Аnna Ivanova'],
    ['', 'Léa Martin'],
    ['', ''],
  ])('%s and %s do not', (a, b) => {
    expect(namesAgree(named(a), named(b))).toBe(false);
    expect(namesAgree(named(b), named(a))).toBe(false);
  });

  it('are taken from given and family name where both are there', () => {
    const parts = employeeRow('x', { givenName: 'Léa', familyName: 'Martin', name: 'Somebody Else' });
    expect(namesAgree(parts, named('Lea Martin'))).toBe(true);
    expect(namesAgree(employeeRow('x', { givenName: 'Léa', name: 'Lea Martin' }), named('Lea Martin'))).toBe(true);
  });
});
