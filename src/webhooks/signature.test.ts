import { describe, expect, it } from 'vitest';
import { parseSecret, signed } from './signature.ts';

const written = (bytes: number) => `whsec_${Buffer.alloc(bytes, 7).toString('base64')}`;

describe('parseSecret', () => {
  it('takes 24 to 64 bytes', () => {
    expect([23, 24, 64, 65].map((bytes) => parseSecret(written(bytes))?.length)).toEqual([
      undefined,
      24,
      64,
      undefined,
    ]);
  });

  it.each(['', 'whsec_', written(32).slice(6), `${written(32)}\n`, written(32).replace('=', ''), `${written(24)}-_`])(
    'takes %j for none',
    (text) => {
      expect(parseSecret(text)).toBeNull();
    },
  );
});

describe('signed', () => {
  // The example of the specification's reference libraries.
  it('signs as Standard Webhooks has it', () => {
    const secret = Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64');
    const { headers } = signed('msg_p5jXN8AQM9LWM0D4loKWxJek', '{"test": 2432232314}', [secret], 1_614_265_330_999);
    expect(headers).toMatchObject({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });
});
