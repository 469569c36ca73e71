/** A closed loop of requests: every connection sends its next one when it has the answer to the last. */
import { Pool } from 'undici';

export interface Target {
  url: string;
  apiKey: string;
}

export interface LoadOptions {
  body: string;
  connections: number;
  milliseconds: number;
  /** Sent with each request, over those that every request has. */
  headers?: Record<string, string>;
}

export interface Load {
  requests: number;
  perSecond: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
}

const headersOf = ({ apiKey }: Target) => ({
  'content-type': 'application/json',
  accept: 'application/json',
  authorization: `Bearer ${apiKey}`,
});

/** One answer as text. Rejects on any status but 200. */
export async function ask(target: Target, body: string): Promise<string> {
  const response = await fetch(target.url, { method: 'POST', headers: headersOf(target), body });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${response.status} ${text.slice(0, 500)}`);
  return text;
}

/** Sends one body over and over. Rejects on any answer but 200. */
export async function run(
  target: Target,
  { body, connections, milliseconds, headers: more }: LoadOptions,
): Promise<Load> {
  const { origin, pathname } = new URL(target.url);
  const pool = new Pool(origin, { connections });
  const headers = { ...headersOf(target), ...more };
  const latencies: number[] = [];
  const started = performance.now();
  const end = started + milliseconds;
  const connection = async () => {
    for (let sent = performance.now(); sent < end; sent = performance.now()) {
      const response = await pool.request({ method: 'POST', path: pathname, headers, body });
      await response.body.dump({ limit: Number.POSITIVE_INFINITY });
      if (response.statusCode !== 200) throw new Error(`${target.url} answered ${response.statusCode}`);
      latencies.push(performance.now() - sent);
    }
  };
  await Promise.all(Array.from({ length: connections }, connection));
  const seconds = (performance.now() - started) / 1000;
  await pool.close();
  const sorted = latencies.toSorted((a, b) => a - b);
  const quantile = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { requests: sorted.length, perSecond: sorted.length / seconds, p50: quantile(0.5), p99: quantile(0.99) };
}
