import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeId, encodeId, NODE_TYPES } from './ids.ts';

const json = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('global ids', () => {
  it('come back as they went in', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...NODE_TYPES),
        fc.array(fc.string({ unit: 'grapheme', maxLength: 8 }), { minLength: 1, maxLength: 4 }),
        (type, parts) => {
          const id = encodeId(type, ...parts);
          expect(id).toMatch(/^[A-Za-z0-9_-]+$/);
          fc.pre(id.length <= 512 && !parts.some((part) => part === '.' || part === '..'));
          expect(decodeId(id)).toEqual({ type, parts });
        },
      ),
    );
  });

  it('differ wherever their parts differ', () => {
    const part = fc.string({ maxLength: 5 });
    fc.assert(
      fc.property(fc.array(part, { minLength: 1 }), fc.array(part, { minLength: 1 }), (a, b) => {
        expect(encodeId('Skill', ...a) === encodeId('Skill', ...b)).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
    );
    expect(encodeId('Skill', 'a', 'b')).not.toBe(encodeId('Skill', 'a","b'));
  });

  it('are null for junk, without throwing', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.base64String(),
          fc.json().map((text) => json(JSON.parse(text))),
        ),
        (junk) => {
          const decoded = decodeId(junk);
          expect(decoded && decodeId(encodeId(decoded.type, ...decoded.parts))).toEqual(decoded);
        },
      ),
    );
  });

  it.each([
    ['nothing', ''],
    ['plain base64', Buffer.from('["Skill","??>"]').toString('base64')],
    ['no JSON', Buffer.from('Skill').toString('base64url')],
    ['no array', json({ type: 'Skill' })],
    ['no part', json(['Skill'])],
    ['a part that is no text', json(['Skill', 1])],
    ['an unknown type', json(['Toaster', 'a'])],
  ])('are null for %s', (_, id) => {
    expect(decodeId(id)).toBeNull();
  });

  it('with a part that would lead elsewhere as a segment of a path are none', () => {
    for (const part of ['.', '..']) {
      expect(decodeId(encodeId('SkillRating', 'imocha-main', part, 's', 'SELF'))).toBeNull();
    }
    expect(decodeId(encodeId('SkillRating', 'imocha-main', '...', '.x'))).not.toBeNull();
  });

  it('end at 512 bytes', () => {
    const overhead = JSON.stringify(['Skill', '']).length;
    expect(encodeId('Skill', 'x'.repeat(384 - overhead))).toHaveLength(512);
    expect(decodeId(encodeId('Skill', 'x'.repeat(384 - overhead)))).not.toBeNull();
    expect(decodeId(encodeId('Skill', 'x'.repeat(385 - overhead)))).toBeNull();
  });
});
