import { assert, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toPlainText } from './plainText.ts';

describe('toPlainText', () => {
  it.each([
    ['plain text stays, line by line', 'One  line\n\n  and another ', 'One line\nand another'],
    ['inline tags vanish', 'a <b>bold</b>er<i class="x">!</i>', 'a bolder!'],
    ['blocks end lines', '<p>One</p><p>Two<br/>Three</p><div>Four</div>', 'One\nTwo\nThree\nFour'],
    ['items of lists get a dash', '<ul>\n<li>One</li>\n<li><p>Two</p></li>\n</ul>', '- One\nTwo'],
    ['line breaks in HTML are spaces', '<p>one\ntwo</p>', 'one two'],
    ['scripts, styles and comments are no text', 'a<script>x < 1</script><style>p{}</style><!-- <p>b</p> -->c', 'ac'],
    [
      'references are decoded once',
      '1 &lt; 2 &amp;amp; R&amp;D &#8364; &#x1F600; &uuml;&Uuml;',
      '1 < 2 &amp; R&D € 😀 üÜ',
    ],
    [
      'unknown and impossible references stay',
      '&nonsense; &#0; &#xD800; &#9999999;',
      '&nonsense; &#0; &#xD800; &#9999999;',
    ],
    ['what is no tag stays', 'a < b and c > d, 3<4', 'a < b and c > d, 3<4'],
    ['an attribute may hold an angle bracket', '<a title="x > y">link</a>', 'link'],
  ])('%s', (_, html, text) => {
    expect(toPlainText(html)).toBe(text);
  });

  it.each(['', ' ', '<p></p>', '<br>', '&nbsp;', '<li></li>'])('%j is nothing', (html) => {
    expect(toPlainText(html)).toBeNull();
  });

  it('leaves text without tags and references as it is but for its spaces', () => {
    assert(
      property(
        string().filter((text) => !/[<>&]/.test(text)),
        (text) => {
          expect((toPlainText(text) ?? '').replace(/\s/g, '')).toBe(
            text.trim() === '-' ? '' : text.replace(/^\s*-\s*$/gm, '').replace(/\s/g, ''),
          );
        },
      ),
    );
  });

  it('reads at most 50,000 characters of tags that never end', () => {
    expect(toPlainText('<a "'.repeat(20_000))).toBe('<a "'.repeat(12_500));
    expect(toPlainText('<!--'.repeat(20_000))).toBeNull();
    expect(toPlainText('<script>'.repeat(10_000))).toBeNull();
  });
});
