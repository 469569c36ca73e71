import type { WebhookSettings } from './openWebhooks.ts';
import { MAX_RECEIVERS, receiverOf, type Receiver } from './receiver.ts';
import { parseSecret } from './signature.ts';

/**
 * The settings that the variables WEBHOOK_* describe, and what is wrong with them: each complaint begins with its variable and shows no
 * value.
 */
export function readWebhooks({
  urls,
  secrets,
  allowPrivate,
}: {
  urls: readonly string[];
  secrets: readonly string[];
  allowPrivate: boolean;
}): { settings: WebhookSettings; complaints: string[] } {
  const complaints: string[] = [];
  const receivers = new Map<string, Receiver>();
  if (urls.length > MAX_RECEIVERS) complaints.push(`WEBHOOK_URLS names more than ${MAX_RECEIVERS} receivers`);
  urls.forEach((text, index) => {
    const position = `WEBHOOK_URLS URL ${index + 1} of ${urls.length}`;
    const receiver = receiverOf(text, allowPrivate);
    if (typeof receiver === 'string') complaints.push(`${position} ${receiver}`);
    else if (receivers.has(receiver.name)) complaints.push(`${position} is there already`);
    else receivers.set(receiver.name, receiver);
  });
  secrets.forEach((text, index) => {
    if (parseSecret(text)) return;
    complaints.push(
      `WEBHOOK_SECRETS secret ${index + 1} of ${secrets.length} is not whsec_ and 24 to 64 bytes in base64`,
    );
  });
  if (urls.length > 0 && secrets.length === 0) complaints.push('WEBHOOK_SECRETS is required with WEBHOOK_URLS');
  return { settings: { receivers: [...receivers.values()], secrets, allowPrivate }, complaints };
}
