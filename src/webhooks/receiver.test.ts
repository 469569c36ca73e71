import { describe, expect, it } from 'vitest';
import { receiverOf } from './receiver.ts';

const nameOf = (url: string) => {
  const receiver = receiverOf(url, false);
  return typeof receiver === 'string' ? null : receiver.name;
};

describe('receiverOf', () => {
  it('names a receiver so that the same URL has the same name, and no other, and no path can be read', () => {
    expect(nameOf('https://a.example.com/hooks/t0ken?key=s3cret')).toMatch(/^https:\/\/a\.example\.com#[0-9a-f]{8}$/);
    expect(nameOf('https://a.example.com:443/x')).toBe(nameOf('https://A.example.com/x#y'));
    const names = [
      'https://a.example.com/x',
      'https://a.example.com/y',
      'https://a.example.com/x?z',
      'https://b.test/x',
    ];
    expect(new Set(names.map(nameOf)).size).toBe(4);
  });

  it.each([
    ['not a url', 'no URL'],
    ['ftp://a.example.com/', 'no URL'],
    ['a.example.com/hooks', 'no URL'],
    ['https://user@a.example.com/', 'name or password'],
    ['https://:word@a.example.com/', 'name or password'],
    ['http://a.example.com/', 'not https'],
    ['http://127.0.0.1/', 'not https'],
    ['https://127.1/', 'private'],
    ['https://[::1]/', 'private'],
    ['https://[::ffff:10.0.0.1]/', 'private'],
    ['https://169.254.169.254/', 'private'],
    ['https://localhost:8080/', 'private'],
    ['https://a.localhost/', 'private'],
  ])('refuses %s', (url, why) => {
    expect(receiverOf(url, false)).toContain(why);
  });

  it('takes private receivers where they are allowed, and without TLS none that is public', () => {
    for (const url of [
      'http://127.0.0.1:4001/x',
      'http://billing.internal/x',
      'http://localhost/',
      'https://10.0.0.1/',
    ]) {
      expect(receiverOf(url, true)).toMatchObject({ url: new URL(url) });
    }
    expect(receiverOf('http://8.8.8.8/', true)).toContain('not https');
    expect(receiverOf('https://user@10.0.0.1/', true)).toContain('name or password');
  });
});
