/** Sends generated and damaged requests to a gateway, and judges every answer. */
import { runInNewContext } from 'node:vm';
import { setFlagsFromString } from 'node:v8';
import { schema } from '../../../schema/index.ts';
import type { FaultShape } from '../../../src/simulator/faults.ts';
import type { TestGateway } from '../gateway.ts';
import { makeCase, type FuzzCase } from './cases.ts';
import { readKnown, type Known } from './known.ts';
import { createOracle } from './oracle.ts';
import { createSender, type Heard, type Sender } from './send.ts';
import { shown, shrink } from './shrink.ts';
import { watchStalls } from './stalls.ts';
import type { Target } from './targets.ts';
import { missingInParts } from './whole.ts';

export interface FuzzOptions {
  /** They take turns. */
  targets: readonly [Target, ...Target[]];
  count: number;
  seed: number;
  /** Requests under way at once; 8 when left out. */
  lanes?: number;
  /** Milliseconds that an answer may take; 5 s when left out. */
  slowMs?: number;
  /** Milliseconds that the process may stand still, which all its clients wait for; 2.5 s when left out, on a machine with others. */
  stallMs?: number;
  print?: (line: string) => void;
}

/** Complaints of one kind. */
export interface Finding {
  complaint: string;
  cases: number;
  /** The first, made smaller, as it is sent. */
  example: string;
  /** What came back for it. */
  answer: string;
}

export interface FuzzReport {
  sent: number;
  seconds: number;
  slowestMs: number;
  /** The longest that the process stood still. */
  longestStallMs: number;
  /** Answers by status, with those of WebSockets as `ws`. */
  statuses: Record<string, number>;
  codes: Record<string, number>;
  findings: readonly Finding[];
  /** Bytes of heap that live after a forced collection, when a half was sent and at the end. */
  heap: { half: number; end: number };
  /** Timers, sockets and the like more than before the first request. */
  leftOver: Record<string, number>;
}

/** What a provider's error says now and then: nothing of it may come through. */
export const CANARY = 'canary.person@leak.example';
const CANARY_TOKEN = 'tok_canary_5f1d8b2c9e';

/** One call in fifty fails, in ways whose bodies hold secrets. */
const FAULTS: readonly FaultShape[] = [
  { kind: 'status', status: 500, body: `{"error":"no row for ${CANARY}","trace":"at handler (/srv/app.js:1:2)"}` },
  { kind: 'status', status: 400, body: `bad request of ${CANARY} with Authorization: Bearer ${CANARY_TOKEN}` },
  { kind: 'truncate' },
];

/** Findings that are made smaller and printed in full; more of them are counted alone. */
const MAX_FINDINGS = 12;

/** Requests between two clearings of what the test itself writes down. */
const CLEARED_EVERY = 500;

export async function runFuzz({
  targets,
  count,
  seed,
  lanes = 8,
  slowMs = 5_000,
  stallMs = 2_500,
  print = () => {},
}: FuzzOptions): Promise<FuzzReport> {
  const known = await Promise.all(targets.map(({ gateway }) => readKnown(gateway)));
  const gateways = targets.map(({ gateway }) => gateway);
  const simulators = gateways.flatMap(({ gateway }) => gateway.simulators);
  const secrets = [
    CANARY,
    CANARY_TOKEN,
    ...targets.flatMap(({ key }) => key ?? []),
    ...simulators.flatMap(({ settings }) => secretsOf(settings)),
  ];
  for (const { simulator } of simulators) {
    for (const shape of FAULTS) simulator.addFault({ shape, share: 0.007 });
  }
  const oracle = createOracle({ schema, secrets, slowMs });
  const findings = new Map<string, Finding>();
  const note = (complaint: string, example: string, answer: string): Finding | null => {
    // How long and how much differs each time; which status or code does not.
    const kind = complaint.replace(/\b\d+(?= ms| bytes|$)(?<!status \d+)/g, '#').slice(0, 90);
    const found = findings.get(kind);
    if (found) found.cases += 1;
    else findings.set(kind, { complaint, cases: 1, example, answer });
    return found ? null : (findings.get(kind) ?? null);
  };
  const stray = (error: unknown) => note(`unhandled: ${error instanceof Error ? error.stack : String(error)}`, '', '');
  process.on('unhandledRejection', stray);
  process.on('warning', stray);
  const resourcesBefore = resources();
  const statuses: Record<string, number> = {};
  const codes: Record<string, number> = {};
  let [next, slowestMs, longestStallMs, half] = [0, 0, 0, 0];
  const stalls = watchStalls();
  const underway = new Set<FuzzCase>();
  /** Any of those under way may be what held the others up. */
  const noteStall = () => {
    const milliseconds = stalls.take();
    longestStallMs = Math.max(longestStallMs, milliseconds);
    if (milliseconds <= stallMs) return;
    note(`stood still for ${milliseconds} ms`, [...underway].map((each) => shown(each).slice(0, 600)).join('\n'), '');
  };

  const judge = async (fuzzCase: FuzzCase, heard: Heard, resend: (candidate: FuzzCase) => Promise<Heard>) => {
    const missing = await missingInParts(fuzzCase, heard, resend);
    if (missing !== null) note(`parts: ${missing}`, shown(fuzzCase), heard.body.slice(0, 1_500));
    for (const complaint of oracle(fuzzCase, heard)) {
      const finding = note(complaint, shown(fuzzCase), heard.body.slice(0, 1_500));
      if (!finding || findings.size > MAX_FINDINGS) continue;
      const kind = complaint.slice(0, 12);
      const small = await shrink(fuzzCase, async (candidate) =>
        oracle(candidate, await resend(candidate)).some((other) => other.startsWith(kind)),
      );
      finding.example = shown(small);
      print(`${complaint}\n${finding.example}\n→ ${finding.answer.slice(0, 600)}`);
    }
  };
  const lane = async (until: number): Promise<void> => {
    const senders = targets.map(({ gateway, key }) => createSender(gateway.url, key));
    while (next < until) {
      const index = next;
      next += 1;
      const turn = index % targets.length;
      const [sender, documents] = [senders[turn] as Sender, (targets[turn] as Target).documents];
      const fuzzCase = makeCase(index, { schema, known: known[turn] as Known, documents, seed });
      underway.add(fuzzCase);
      const heard = await sender.send(fuzzCase);
      noteStall();
      underway.delete(fuzzCase);
      slowestMs = Math.max(slowestMs, heard.milliseconds);
      const status =
        fuzzCase.transport === 'ws' ? `ws ${heard.status}` : fuzzCase.leaves ? 'left' : String(heard.status);
      statuses[status] = (statuses[status] ?? 0) + 1;
      for (const [, code = ''] of heard.body.matchAll(/"extensions":\{"code":"(\w+)"/g))
        codes[code] = (codes[code] ?? 0) + 1;
      await judge(fuzzCase, heard, (candidate) => sender.send(candidate));
      if (next % CLEARED_EVERY === 0) forget(gateways);
    }
    for (const sender of senders) sender.close();
  };
  const run = (until: number) => Promise.all(Array.from({ length: lanes }, () => lane(until)));

  const began = performance.now();
  await run(Math.floor(count / 2));
  half = await heapNow(gateways);
  // The collection is ours.
  stalls.take();
  await run(count);
  stalls.stop();
  const seconds = (performance.now() - began) / 1000;
  for (const target of targets) {
    const left = await subscribersLeft(target);
    if (left !== null) note(`subscribers of nobody: ${left}`, '', '');
  }
  const end = await heapNow(gateways);
  for (const { simulator } of simulators) simulator.clearFaults();
  process.off('unhandledRejection', stray);
  process.off('warning', stray);
  return {
    sent: count,
    seconds,
    slowestMs,
    longestStallMs,
    statuses,
    codes,
    findings: [...findings.values()],
    heap: { half, end },
    leftOver: moreThan(resourcesBefore, resources()),
  };
}

/** How long a stream may take to end after its client has gone. */
const LEFT_MS = 5_000;

/** The subscribers that a gateway counts when no client is left, as its metrics have them; null: none. */
async function subscribersLeft({ gateway, key }: Target): Promise<string | null> {
  const headers: Record<string, string> = key === null ? {} : { authorization: `Bearer ${key}` };
  for (const began = performance.now(); ; await new Promise((resolve) => setTimeout(resolve, 50))) {
    const text = await (await fetch(`${gateway.url}/metrics`, { headers })).text();
    if (!text.includes('# TYPE gateway_subscribers')) return 'no such metric';
    const left = [...text.matchAll(/^gateway_subscribers\{.*\} [1-9].*$/gm)].map(([line]) => line);
    if (left.length === 0) return null;
    if (performance.now() - began > LEFT_MS) return left.join(', ');
  }
}

/** Values of a provider's settings that are long enough to be secrets, and its address. */
function secretsOf({ baseUrl, settings }: { baseUrl: string; settings: Record<string, string> }): string[] {
  const tokens = Object.entries(settings).flatMap(([name, value]) => (/key|token|secret/i.test(name) ? value : []));
  return [new URL(baseUrl).host, ...tokens];
}

/** What the test itself writes down would look like a leak. */
function forget(gateways: readonly TestGateway[]): void {
  for (const each of gateways) {
    each.forget();
    for (const { simulator } of each.gateway.simulators) simulator.journal.length = 0;
  }
}

async function heapNow(gateways: readonly TestGateway[]): Promise<number> {
  forget(gateways);
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  // What a collection lets go of may hold on to more until its finalizers ran.
  for (let times = 0; times < 3; times += 1) {
    await new Promise(setImmediate);
    collect();
  }
  return process.memoryUsage().heapUsed;
}

function resources(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of process.getActiveResourcesInfo()) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

function moreThan(before: Record<string, number>, after: Record<string, number>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(after).flatMap(([name, count]) =>
      count > (before[name] ?? 0) ? [[name, count - (before[name] ?? 0)]] : [],
    ),
  );
}

/** The report in lines. */
export function printed(report: FuzzReport): string {
  const { sent, seconds, slowestMs, longestStallMs, statuses, codes, findings, heap, leftOver } = report;
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
  return [
    `${sent} requests in ${seconds.toFixed(1)} s, ${(sent / seconds).toFixed(0)} a second; the slowest took ${slowestMs.toFixed(0)} ms, and the process stood still for ${longestStallMs} at most`,
    `statuses: ${JSON.stringify(statuses)}`,
    `codes: ${JSON.stringify(codes)}`,
    `heap after collection: ${megabytes(heap.half)} half way, ${megabytes(heap.end)} at the end; left over: ${JSON.stringify(leftOver)}`,
    ...findings.map(
      ({ complaint, cases, example, answer }) => `FINDING (${cases} times) ${complaint}\n${example}\n→ ${answer}`,
    ),
    `${findings.length} findings`,
  ].join('\n');
}
