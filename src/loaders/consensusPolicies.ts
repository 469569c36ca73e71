import type { Integration } from '../integrations/integration.ts';
import {
  CONSENSUS_POLICIES,
  PROVIDER_WEIGHTS,
  providerWeights,
  type ConsensusPolicy,
  type SourceWeight,
} from '../domain/consensus.ts';
import type { Deadline } from '../domain/deadline.ts';
import { ProviderError } from '../domain/problem.ts';
import { withTimeout } from '../lib/timeout.ts';

/** An administrator changes weights a few times a year. */
const KEEP_MS = 24 * 60 * 60_000;
/** After a failure they are asked for again. */
const RETRY_MS = 60_000;
/** How long answers wait for weights that are being read; beyond, the integration's ratings count like all others. */
const WAIT_MS = 2_000;

type Weights = readonly Omit<SourceWeight, 'integration'>[];

const NONE: Weights = [];

interface Kept {
  weights: Weights;
  until: number;
}

interface Reading {
  done: Promise<Weights>;
  /** When nobody waits for it any more. */
  until: number;
}

type TimeLeft = Pick<Deadline, 'left'>;

/** No request's: nothing but WAIT_MS ends the wait. */
const UNHURRIED: TimeLeft = { left: () => WAIT_MS };

/** How policies are asked for. */
export type Policies = Pick<ConsensusPolicies, 'all' | 'find' | 'usual'>;

export interface ConsensusPoliciesOptions {
  integrations: readonly Integration[];
  /** The name of the default policy. */
  usual: string;
  now?: (() => number) | undefined;
}

/** The policies of the tenant. The built-in ones are data; the providers' own weights are read when first asked for. */
export class ConsensusPolicies {
  readonly #integrations: readonly Integration[];
  readonly #usual: string;
  readonly #now: () => number;
  readonly #kept = new Map<Integration, Kept>();
  readonly #reading = new Map<Integration, Reading>();
  #made: { parts: { integration: string; weights: Weights }[]; policy: ConsensusPolicy } | null = null;

  constructor({ integrations, usual, now = Date.now }: ConsensusPoliciesOptions) {
    this.#integrations = integrations;
    this.#usual = usual;
    this.#now = now;
  }

  /** The same for one request, which waits for weights no longer than it has time. */
  forRequest(time: TimeLeft): Policies {
    return {
      all: () => this.all(time),
      find: (name) => this.find(name, time),
      usual: () => this.usual(time),
    };
  }

  /** All policies, the default first. The one of the providers is there where one offers weights, or where it is the default. */
  async all(time = UNHURRIED): Promise<ConsensusPolicy[]> {
    const isOffered = this.#usual === PROVIDER_WEIGHTS || this.#offering().length > 0;
    const names = [...CONSENSUS_POLICIES.map(({ name }) => name), ...(isOffered ? [PROVIDER_WEIGHTS] : [])];
    const sorted = [this.#usual, ...names.filter((name) => name !== this.#usual)];
    const policies = await Promise.all(sorted.map(async (name) => this.find(name, time)));
    return policies.filter((policy) => policy !== null);
  }

  /** The policy of this name, the default for null; null for an unknown name. No promise where nothing has to be read. */
  find(name: string | null, time = UNHURRIED): ConsensusPolicy | null | Promise<ConsensusPolicy | null> {
    const wanted = name ?? this.#usual;
    if (wanted === PROVIDER_WEIGHTS) {
      const offering = this.#offering();
      return offering.length === 0 && this.#usual !== wanted ? null : this.#ofProviders(offering, time);
    }
    return CONSENSUS_POLICIES.find((policy) => policy.name === wanted) ?? null;
  }

  /** The default. */
  async usual(time = UNHURRIED): Promise<ConsensusPolicy> {
    const policy = await this.find(null, time);
    if (!policy) throw new Error(`no consensus policy ${this.#usual}`);
    return policy;
  }

  #offering(): Integration[] {
    return this.#integrations.filter((integration) => integration.offers('READ_WEIGHTS'));
  }

  #ofProviders(offering: readonly Integration[], time: TimeLeft): ConsensusPolicy | Promise<ConsensusPolicy> {
    const isKnown = offering.every((integration) => (this.#kept.get(integration)?.until ?? -Infinity) > this.#now());
    if (isKnown) return this.#policy(offering);
    return Promise.all(offering.map((integration) => this.#refresh(integration, time))).then(() =>
      this.#policy(offering),
    );
  }

  /** The same object while nothing has changed, so that many consensuses share it. */
  #policy(offering: readonly Integration[]): ConsensusPolicy {
    const parts = offering.map((integration) => ({
      integration: integration.name,
      weights: this.#kept.get(integration)?.weights ?? NONE,
    }));
    const isSame = this.#made?.parts.every(({ weights }, index) => weights === parts[index]?.weights) === true;
    if (!this.#made || !isSame || this.#made.parts.length !== parts.length) {
      this.#made = { parts, policy: providerWeights(parts) };
    }
    return this.#made.policy;
  }

  async #refresh(integration: Integration, time: TimeLeft): Promise<void> {
    const kept = this.#kept.get(integration);
    if (kept && kept.until > this.#now()) return;
    const weights = kept?.weights ?? NONE;
    let reading = this.#reading.get(integration);
    if (!reading) {
      const done = this.#read(integration, weights).finally(() => this.#reading.delete(integration));
      reading = { done, until: this.#now() + WAIT_MS };
      this.#reading.set(integration, reading);
    }
    const left = Math.max(0, reading.until - this.#now());
    const requestLeft = time.left();
    await withTimeout(Math.min(left, requestLeft), reading.done, () => {
      // Unless only this request was short of time, nobody waits for this read again. Late weights are taken after all.
      if (left <= requestLeft) this.#kept.set(integration, { weights, until: this.#now() + RETRY_MS });
      return weights;
    });
  }

  async #read(integration: Integration, before: Weights): Promise<Weights> {
    let kept: Kept;
    try {
      const weights = (await integration.ports.weightages?.read({ purpose: 'walk' })) ?? NONE;
      integration.worked('READ_WEIGHTS');
      kept = { weights, until: this.#now() + KEEP_MS };
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      integration.failed('READ_WEIGHTS', error);
      kept = { weights: before, until: this.#now() + RETRY_MS };
    }
    this.#kept.set(integration, kept);
    return kept.weights;
  }
}
