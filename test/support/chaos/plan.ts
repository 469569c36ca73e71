/** What a chaos run writes, in which order. */
import type { World } from './world.ts';
import { freePairs, newPersonOf, ratingOf, type Pair, type Write } from './writes.ts';

/** One write, and what is needed to judge it afterwards. */
export interface Planned {
  write: Write;
  target: Target;
  /** The write of the same pair that has to be acknowledged before; null for the first. */
  after: Planned | null;
  /** Resolves when the gateway has acknowledged it. */
  acknowledged: Promise<void>;
  acknowledge(): void;
}

/** A pair's so-manieth write, from 0, or a person who is created. */
export type Target = { pair: Pair; generation: number } | { email: string };

/** How often a pair is written. */
const GENERATIONS = 3;
/** One write in so many creates a person, which is never repeated. */
const CREATES_ONE_IN = 10;
/** Pairs that wait for their next write, so that about as many other writes lie between two of one pair. */
const SPREAD = 60;

/**
 * So many writes: of pairs that newer tasks write again, sometimes before the older ones are done and sometimes long after,
 * so that a value that comes late shows; and of people who are created once.
 */
export async function planChaos(world: Pick<World, 'up'>, count: number, random: () => number): Promise<Planned[]> {
  const ratings = count - Math.floor(count / CREATES_ONE_IN);
  const pairs = await freePairs(world, Math.ceil(ratings / GENERATIONS), random);
  const waiting: { planned: Planned; pair: Pair; generation: number }[] = [];
  const plan: Planned[] = [];
  while (plan.length < count) {
    if (plan.length % CREATES_ONE_IN === CREATES_ONE_IN - 1) {
      const person = newPersonOf(plan.length);
      plan.push(planned(person, { email: person.email }, null));
      continue;
    }
    const fresh = waiting.length < SPREAD || random() < 0.5 ? pairs.pop() : undefined;
    const before = fresh ? undefined : waiting.splice(Math.floor(random() * waiting.length), 1)[0];
    const pair = fresh ?? before?.pair;
    if (!pair) throw new Error('The plan has too few pairs.');
    const generation = before ? before.generation + 1 : 0;
    const next = planned(ratingOf(pair, generation), { pair, generation }, before?.planned ?? null);
    plan.push(next);
    if (generation + 1 < GENERATIONS) waiting.push({ planned: next, pair, generation });
  }
  return plan;
}

function planned(write: Write, target: Target, after: Planned | null): Planned {
  let acknowledge = () => {};
  const acknowledged = new Promise<void>((resolve) => {
    acknowledge = resolve;
  });
  return { write, target, after, acknowledged, acknowledge };
}
