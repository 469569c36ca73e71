import type { IncomingMessage } from 'node:http';
import { HttpError } from '../domain/httpError.ts';

/** A thousand ratings written out in a document are about 300 KB. */
export const MAX_BODY_BYTES = 1_048_576;

/**
 * The body as UTF-8 text. Throws an HttpError with 413 when it is longer than `maxBytes`: at once where Content-Length says
 * so, else as soon as the count of what came in does. Throws the signal's reason when the client goes away.
 */
export function readBody(request: IncomingMessage, signal: AbortSignal, maxBytes = MAX_BODY_BYTES): Promise<string> {
  const tooLarge = () =>
    new HttpError(413, 'PAYLOAD_TOO_LARGE', `The request body is larger than ${maxBytes} bytes.`, {
      // What is left of the body would be read as the next request.
      connection: 'close',
    });
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return Promise.reject(tooLarge());
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maxBytes) chunks.push(chunk);
      else {
        chunks.length = 0;
        reject(tooLarge());
      }
    });
    request.on('end', () => {
      const [first] = chunks;
      resolve((chunks.length === 1 && first ? first : Buffer.concat(chunks)).toString('utf8'));
    });
    request.on('error', reject);
    request.on('close', () => {
      if (!request.complete)
        reject(signal.reason instanceof Error ? signal.reason : new Error('The client went away.'));
    });
  });
}
