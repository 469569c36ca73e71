import { createHmac } from 'node:crypto';

/** Bytes of a secret (Standard Webhooks: Signature scheme). */
const SHORTEST = 24;
const LONGEST = 64;

/** The bytes of a secret written as `whsec_<base64>`; null when it is none. */
export function parseSecret(text: string): Buffer | null {
  const encoded = /^whsec_((?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)$/.exec(text)?.[1];
  if (encoded === undefined) return null;
  const secret = Buffer.from(encoded, 'base64');
  return secret.length >= SHORTEST && secret.length <= LONGEST ? secret : null;
}

/** What goes out. */
export interface SignedMessage {
  headers: Record<string, string>;
  body: string;
}

/**
 * The headers of a message as Standard Webhooks has them, with one signature for each secret: while a secret is replaced,
 * receivers with the old one and with the new one both find theirs. `id` holds no full stop; `now` is milliseconds.
 */
export function signed(id: string, body: string, secrets: readonly Buffer[], now: number): SignedMessage {
  const timestamp = String(Math.floor(now / 1000));
  const content = `${id}.${timestamp}.${body}`;
  const signatures = secrets.map((secret) => `v1,${createHmac('sha256', secret).update(content).digest('base64')}`);
  return {
    headers: {
      'content-type': 'application/json',
      'user-agent': 'skills-gateway',
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': signatures.join(' '),
    },
    body,
  };
}
