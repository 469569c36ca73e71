/**
 * The yardstick: node:http and undici, no GraphQL. Makes the upstream calls that the gateway makes, believes every answer,
 * and prints the same JSON with one JSON.stringify.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAnswers } from './limitAnswers.ts';
import { createCalls } from './limitCalls.ts';
import { readDirectory } from './limitDirectory.ts';
import type { QuestionName } from '../questions.ts';

const answers = createAnswers(await readDirectory(process.env), createCalls(process.env));
const authorization = `Bearer ${process.env['GATEWAY_API_KEYS'] ?? ''}`;

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    answer(request, Buffer.concat(chunks).toString('utf8'), response).catch((error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      response.writeHead(500).end();
    });
  });
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` })}\n`);

async function answer(request: IncomingMessage, text: string, response: ServerResponse): Promise<void> {
  if (request.headers.authorization !== authorization) {
    response.writeHead(401).end();
    return;
  }
  const { operationName, variables } = JSON.parse(text) as { operationName: QuestionName; variables?: { id?: string } };
  const body = JSON.stringify({ data: await answers[operationName](variables ?? {}) });
  response.writeHead(200, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}
