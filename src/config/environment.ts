/** Reads the environment into a checked configuration. Pure: the caller hands the environment in. */
import { isIP } from 'node:net';
import { z } from 'zod';
import type { Budget } from '../domain/access.ts';
import { BEARER_TOKEN, SHORTEST_KEY } from './keys.ts';
import { readSandbox } from './sandbox.ts';
import { checkVariableNames } from './variableNames.ts';
import { isLoopback } from '../lib/loopback.ts';
import { budgetOf, STANDARD_LIMITS, type OperationLimits } from '../graphql/demandControl/limits.ts';
import { CONSENSUS_POLICY_NAMES } from '../domain/consensus.ts';
import type { IntegrationSettings, ProviderCard } from '../integrations/providerCard.ts';
import type { WebhookSettings } from '../webhooks/openWebhooks.ts';
import { readWebhooks } from '../webhooks/settings.ts';

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

export interface Config {
  /** A file that describes tenants, integrations and clients in place of the variables; null where there is none. */
  file: string | null;
  port: number;
  host: string;
  /** Keys that clients send as bearer tokens; empty: access is open, which only the sandbox on loopback may be. */
  apiKeys: readonly string[];
  /** Origins of web pages that may read the answers; empty: none. */
  corsOrigins: readonly string[];
  /** Where tasks are shared between replicas; null: they are kept under `dataDir`, by this process alone. Holds a secret. */
  redisUrl: string | null;
  /** What this process does: answer requests, work on tasks, or both. */
  roles: { serve: boolean; work: boolean };
  dataDir: string;
  /** Milliseconds that a finished task keeps its items. */
  taskRetentionMs: number;
  /** Who is told of changed tasks. Holds secrets. */
  webhooks: WebhookSettings;
  /** False: nothing but the directory is kept between requests. */
  cache: boolean;
  /** Milliseconds that a request may take unless it says otherwise. */
  deadlineMs: number;
  /** Milliseconds that a request may ask for at most. */
  longestDeadlineMs: number;
  /** Whether a request may ask for its receipt. */
  receipts: boolean;
  /** What one operation may be at most. */
  limits: OperationLimits;
  /** Cost that a client may spend in a window unless it has a budget of its own; null: as much as it likes. */
  budget: Budget | null;
  /** Where documents are that clients name by an id; null: nowhere. */
  persistedDocuments: string | null;
  /** Whether other documents are refused. */
  persistedOnly: boolean;
  /** Whether the schema is told to whoever asks. */
  introspection: boolean;
  /** Whether browsers are served GraphiQL. */
  graphiql: boolean;
  /** The name of the policy by which ratings are blended unless a query names another. */
  consensusPolicy: string;
  logLevel: (typeof LOG_LEVELS)[number];
  /** The file that every write is noted in, besides the log; null: none. */
  auditLog: string | null;
  /** Who may read /metrics; null: everybody while access is open, and who shows a token otherwise. */
  metrics: 'on' | 'token' | 'off' | null;
  /** Whether providers are sent the trace that their calls belong to. */
  tracePropagation: boolean;
  /** True where no provider is configured, so that this gateway simulates all of them and serves invented people. */
  sandbox: boolean;
  simulator: { people: number; skills: number; limits: 'default' | 'none'; seed: string };
  /** The providers configured, in the cards' order, which is the order of precedence. */
  integrations: readonly { card: ProviderCard; name: string; settings: IntegrationSettings }[];
}

/** Everything that is wrong with the environment, one complaint a line, each with its variable. Never shows a value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly complaints: readonly string[];

  constructor(complaints: readonly string[]) {
    super(`The configuration cannot be used:\n${complaints.map((complaint) => `- ${complaint}`).join('\n')}`);
    this.complaints = complaints;
  }
}

const integer = (least: number, most: number, standard: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, `must be a whole number from ${least} to ${most}`)
    .transform(Number)
    .refine((value) => value >= least && value <= most, `must be a whole number from ${least} to ${most}`)
    .default(standard);

const list = z
  .string()
  .transform((text) =>
    text
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== ''),
  )
  .default([]);

const oneOf = <Value extends string>(values: readonly Value[], standard: Value) =>
  z.enum(values, `must be one of ${values.join(', ')}`).default(() => standard);

const schema = z.object({
  GATEWAY_CONFIG: z.string().optional(),
  PORT: integer(0, 65_535, 4000),
  HOST: z
    .string()
    .refine(
      (host) => isIP(host) !== 0 || /^[A-Za-z0-9.-]+$/.test(host),
      'must be a host name or an address, without a port or brackets',
    )
    .default('127.0.0.1'),
  GATEWAY_API_KEYS: list.superRefine((keys, context) => {
    keys.forEach((key, index) => {
      const position = `key ${index + 1} of ${keys.length}`;
      if (key.length < SHORTEST_KEY) {
        context.addIssue({ code: 'custom', message: `${position} has fewer than ${SHORTEST_KEY} characters` });
      } else if (!BEARER_TOKEN.test(key)) {
        context.addIssue({ code: 'custom', message: `${position} has characters that no bearer token may have` });
      }
    });
  }),
  CORS_ORIGINS: list.refine(
    (origins) => origins.every(isOrigin),
    'must be a comma list of origins such as https://app.example.com, without paths and wildcards',
  ),
  REDIS_URL: z
    .string()
    .refine(isRedisUrl, 'must be a URL such as redis://user:password@host:6379/0, or rediss:// for TLS')
    .optional(),
  ROLES: oneOf(['both', 'serve', 'work'], 'both'),
  TASK_RETENTION_DAYS: integer(1, 365, 7),
  DATA_DIR: z.string().default('.data'),
  SANDBOX: z.enum(['on', 'off'], 'must be one of on, off').optional(),
  WEBHOOK_URLS: list,
  WEBHOOK_SECRETS: list,
  WEBHOOK_PRIVATE: oneOf(['refuse', 'allow'], 'refuse'),
  CACHE: oneOf(['on', 'off'], 'on'),
  LOG_LEVEL: oneOf(LOG_LEVELS, 'info'),
  AUDIT_LOG: z.string().optional(),
  SIMULATOR_PEOPLE: integer(1, 100_000, 1000),
  SIMULATOR_SKILLS: integer(1, 20_000, 300),
  SIMULATOR_LIMITS: oneOf(['default', 'none'], 'default'),
  SIMULATOR_SEED: z.string().default('skills-gateway'),
  REQUEST_DEADLINE_MS: integer(100, 600_000, 10_000),
  REQUEST_DEADLINE_MAX_MS: integer(100, 600_000, 30_000),
  METRICS: z.enum(['on', 'token', 'off'], 'must be one of on, token, off').optional(),
  TRACE_PROPAGATION: oneOf(['on', 'off'], 'off'),
  CONSENSUS_POLICY: oneOf(CONSENSUS_POLICY_NAMES, 'balanced'),
  RECEIPTS: oneOf(['on', 'off', 'sandbox'], 'sandbox'),
  LIMIT_DEPTH: integer(0, 1_000, STANDARD_LIMITS.depth),
  LIMIT_ALIASES: integer(0, 10_000, STANDARD_LIMITS.aliases),
  LIMIT_ROOT_FIELDS: integer(0, 10_000, STANDARD_LIMITS.rootFields),
  LIMIT_LIST_ENTRIES: integer(0, 10_000, STANDARD_LIMITS.listEntries),
  LIMIT_COST: integer(0, 999_999_999, STANDARD_LIMITS.cost),
  LIMIT_BUDGET: z
    .string()
    .refine((text) => budgetOf(text) !== null, 'must be cost per seconds, such as 100000/60')
    .optional(),
  PERSISTED_DOCUMENTS: z.string().optional(),
  PERSISTED_ONLY: oneOf(['on', 'off'], 'off'),
  INTROSPECTION: oneOf(['on', 'off', 'sandbox'], 'sandbox'),
  GRAPHIQL: oneOf(['on', 'off', 'sandbox'], 'sandbox'),
});

/** The variables that the gateway itself reads; the cards name the others. */
export const GATEWAY_VARIABLES: readonly string[] = Object.keys(schema.shape);

/**
 * The configuration that an environment describes. Blank variables count as absent. `referred` are names that a configuration
 * file refers to; null where unknown names are not to be looked for.
 * Throws one ConfigError with all complaints: of the gateway's variables, of the cards', and of how they go together.
 */
export function readConfig(
  environment: Record<string, string | undefined>,
  cards: readonly ProviderCard[],
  referred: ReadonlySet<string> | null = new Set(),
): Config {
  const given = givenOf(environment);
  const complaints: string[] = referred === null ? [] : checkNames(given, cards, referred).complaints;
  const file = given['GATEWAY_CONFIG'] ?? null;
  const integrations: Config['integrations'][number][] = [];
  let isHalfConfigured = false;
  for (const card of file === null ? cards : []) {
    const reading = card.readEnvironment(given);
    if (reading.state === 'refused') {
      isHalfConfigured = true;
      complaints.push(...reading.complaints);
    }
    if (reading.state !== 'configured') continue;
    integrations.push({ card, name: card.defaultIntegration, settings: reading.integration });
  }
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    complaints.unshift(...parsed.error.issues.map((issue) => `${String(issue.path[0])} ${issue.message}`));
  }
  if (given['REDIS_URL'] === undefined && ['serve', 'work'].includes(given['ROLES'] ?? '')) {
    complaints.push('ROLES other than both need REDIS_URL: without it tasks belong to one process');
  }
  if (
    file === null &&
    integrations.length === 0 &&
    given['REDIS_URL'] !== undefined &&
    ['serve', 'work'].includes(given['ROLES'] ?? '')
  ) {
    complaints.push('ROLES other than both need a configured provider: simulators belong to one process');
  }
  if (given['PERSISTED_ONLY'] === 'on' && given['PERSISTED_DOCUMENTS'] === undefined) {
    complaints.push('PERSISTED_ONLY needs PERSISTED_DOCUMENTS: without them nothing would be answered');
  }
  const webhooks = readWebhooks({
    urls: schema.shape.WEBHOOK_URLS.parse(given['WEBHOOK_URLS']),
    secrets: schema.shape.WEBHOOK_SECRETS.parse(given['WEBHOOK_SECRETS']),
    allowPrivate: given['WEBHOOK_PRIVATE'] === 'allow',
  });
  complaints.push(...webhooks.complaints);
  const keys = schema.shape.GATEWAY_API_KEYS.safeParse(given['GATEWAY_API_KEYS']).data;
  const host = schema.shape.HOST.safeParse(given['HOST']).data;
  const isExposed = host !== undefined && !isLoopback(host);
  const { sandbox, complaint } = readSandbox({
    setting: schema.shape.SANDBOX.safeParse(given['SANDBOX']).data,
    hasFile: file !== null,
    configured: integrations.map(({ card }) => card),
    cards,
    signs: [
      ...(isExposed ? ['a HOST beyond loopback'] : []),
      ...(given['REDIS_URL'] === undefined ? [] : ['REDIS_URL']),
      ...(given['GATEWAY_API_KEYS'] === undefined ? [] : ['GATEWAY_API_KEYS']),
    ],
  });
  // What a half-configured provider lacks was said.
  if (complaint !== null && !isHalfConfigured) complaints.push(complaint);
  if (keys?.length === 0 && file === null) {
    if (isExposed) {
      complaints.push('GATEWAY_API_KEYS is required because HOST is not a loopback address');
    } else if (integrations.length > 0) {
      complaints.push('GATEWAY_API_KEYS is required because a provider is configured with real credentials');
    }
  }
  const { REQUEST_DEADLINE_MS: usual, REQUEST_DEADLINE_MAX_MS: longest } = parsed.data ?? {};
  if (given['REQUEST_DEADLINE_MAX_MS'] !== undefined && Number(longest) < Number(usual)) {
    complaints.push('REQUEST_DEADLINE_MAX_MS must not be less than REQUEST_DEADLINE_MS');
  }
  if (!parsed.success || complaints.length > 0) throw new ConfigError(complaints);
  const values = parsed.data;
  const isOn = (value: 'on' | 'off' | 'sandbox') => value === 'on' || (value === 'sandbox' && sandbox);
  return {
    file,
    port: values.PORT,
    host: values.HOST,
    apiKeys: values.GATEWAY_API_KEYS,
    corsOrigins: values.CORS_ORIGINS,
    redisUrl: values.REDIS_URL ?? null,
    roles: { serve: values.ROLES !== 'work', work: values.ROLES !== 'serve' },
    dataDir: values.DATA_DIR,
    taskRetentionMs: values.TASK_RETENTION_DAYS * 86_400_000,
    webhooks: webhooks.settings,
    cache: values.CACHE === 'on',
    deadlineMs: values.REQUEST_DEADLINE_MS,
    longestDeadlineMs: Math.max(values.REQUEST_DEADLINE_MS, values.REQUEST_DEADLINE_MAX_MS),
    consensusPolicy: values.CONSENSUS_POLICY,
    receipts: isOn(values.RECEIPTS),
    limits: {
      depth: values.LIMIT_DEPTH,
      aliases: values.LIMIT_ALIASES,
      rootFields: values.LIMIT_ROOT_FIELDS,
      listEntries: values.LIMIT_LIST_ENTRIES,
      cost: values.LIMIT_COST,
    },
    budget: budgetOf(values.LIMIT_BUDGET ?? ''),
    persistedDocuments: values.PERSISTED_DOCUMENTS ?? null,
    persistedOnly: values.PERSISTED_ONLY === 'on',
    introspection: isOn(values.INTROSPECTION),
    graphiql: isOn(values.GRAPHIQL),
    logLevel: values.LOG_LEVEL,
    auditLog: values.AUDIT_LOG ?? null,
    metrics: values.METRICS ?? null,
    tracePropagation: values.TRACE_PROPAGATION === 'on',
    sandbox,
    simulator: {
      people: values.SIMULATOR_PEOPLE,
      skills: values.SIMULATOR_SKILLS,
      limits: values.SIMULATOR_LIMITS,
      seed: values.SIMULATOR_SEED,
    },
    integrations,
  };
}

/** Names that may be misspelt ones of the gateway's, or another program's; for the log. */
export function namingWarnings(
  environment: Record<string, string | undefined>,
  cards: readonly ProviderCard[],
  referred: ReadonlySet<string>,
): readonly string[] {
  return checkNames(givenOf(environment), cards, referred).warnings;
}

function checkNames(given: Given, cards: readonly ProviderCard[], referred: ReadonlySet<string>) {
  const ofProviders = cards.flatMap((card) => card.variables.map(({ name }) => name));
  return checkVariableNames(given, { read: [...GATEWAY_VARIABLES, ...ofProviders], ofProviders, referred });
}

type Given = Record<string, string | undefined>;

/** Without blanks around the values, and without blank ones. */
function givenOf(environment: Record<string, string | undefined>): Given {
  return Object.fromEntries(
    Object.entries(environment)
      .map(([name, value]) => [name, value?.trim()] as const)
      .filter(([, value]) => value !== undefined && value !== ''),
  );
}

function isRedisUrl(text: string): boolean {
  try {
    const { protocol, hostname, pathname } = new URL(text);
    return /^rediss?:$/.test(protocol) && hostname !== '' && /^(?:\/\d*)?$/.test(pathname);
  } catch {
    return false;
  }
}

/** Whether a text is exactly an origin as browsers send it. */
function isOrigin(text: string): boolean {
  try {
    const url = new URL(text);
    return /^https?:$/.test(url.protocol) && url.origin === text;
  } catch {
    return false;
  }
}
