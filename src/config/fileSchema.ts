import { z } from 'zod';
import { SCOPES } from '../domain/access.ts';
import { CONSENSUS_POLICY_NAMES } from '../domain/consensus.ts';
import type { ProviderCard, ProviderVariable } from '../integrations/providerCard.ts';
import { MAX_RECEIVERS } from '../webhooks/receiver.ts';

/** Names are part of ids, of keys in Redis and of logs. */
const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be 1 to 63 lower-case letters, digits and hyphens, the first no hyphen');

const env = z.strictObject({
  env: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be the name of a variable')
    .describe('An environment variable.'),
});
const file = z.strictObject({ file: z.string().min(1).describe('A file, its content without blanks around.') });

const secret = z.union([env, file], {
  error: 'must be {"env": "NAME"} or {"file": "/path"}: this file holds no secrets',
});
const setting = z.union([z.string(), env, file], { error: 'must be text, {"env": "NAME"} or {"file": "/path"}' });

const budget = z
  .strictObject({
    limit: z.int().min(1).max(1e15).describe('Cost units.'),
    windowSeconds: z.int().min(1).max(86_400),
  })
  .describe('Query cost that may be spent in a window of time; the standard budget when left out.');

const client = z.strictObject({
  name: name.describe('How it is called in logs, tasks and the audit log; unique.'),
  tenant: name,
  keys: z
    .array(
      z.union(
        [z.strictObject({ sha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits') }), env, file],
        { error: 'must be {"sha256": "…"}, {"env": "NAME"} or {"file": "/path"}: this file holds no secrets' },
      ),
    )
    .min(1)
    .max(10)
    .describe('Any of them lets it in, so that a key can be replaced by the next one while both are valid.'),
  scopes: z.array(z.enum(SCOPES)).min(1).describe('What it may do.'),
  budget: budget.optional(),
});

/** The pattern is for editors, whose JSON Schema has no protocols; what else makes a URL they do not check. */
const webUrl = z
  .string()
  .regex(
    /^[hH][tT][tT][pP][sS]?:\/\/[^\s/?#@]+(?:[/?#]\S*)?$/,
    'must be a URL that begins with https:// or http://, without name and password',
  )
  .refine((text) => URL.canParse(text), 'is no URL');

const issuer = z.strictObject({
  issuer: webUrl.describe('`iss` of its tokens, exactly.'),
  audiences: z.array(z.string().min(1)).min(1).describe('One of them must be in `aud`.'),
  jwksUrl: webUrl.describe('Where its public keys are (JWKS).'),
  tenant: z
    .union([z.strictObject({ fixed: name }), z.strictObject({ claim: z.string().min(1) })], {
      error: 'must be {"fixed": "tenant"} or {"claim": "name"}',
    })
    .describe('The tenant of all its tokens, or the claim that names it.'),
  scopeClaim: z.string().min(1).default('scope').describe('The claim with the scopes.'),
  emailClaim: z.string().min(1).optional().describe("The claim with the person's work e-mail."),
  budget: budget.optional(),
});

const webhooks = z
  .strictObject({
    urls: z.array(setting).max(MAX_RECEIVERS),
    secrets: z.array(secret).describe('`whsec_` and 24 to 64 bytes in base64, each; all of them sign.'),
    private: z.boolean().default(false).describe('Whether receivers may be at addresses that are not public.'),
  })
  .describe('Who is told when a task of the tenant changes.');

const limit = (description: string) => z.int().min(0).max(1e15).optional().describe(description);

const limits = z
  .strictObject({
    depth: limit('Fields within fields.'),
    aliases: limit('Fields under another name.'),
    rootFields: limit('Fields of the operation itself.'),
    listEntries: limit('Entries of one list in an argument, the items of writes aside.'),
    cost: limit('Cost of one operation.'),
  })
  .describe('What one operation may be at most; 0 switches a limit off.');

const integrationLimits = z
  .strictObject({
    requestsPerSecond: z.int().min(1).max(1e4).optional().describe('Requests in a second, of all replicas together.'),
    readsInFlight: z.int().min(1).max(1e4).optional().describe('Reads under way at once, of each replica.'),
    writesInFlight: z.int().min(1).max(1e4).optional().describe('Writes under way at once, of each replica.'),
  })
  .describe('Where the account differs from what the provider usually takes.');

/** Keywords of JSON Schema for what `readFile.ts` and the cards complain of, in words of their own. */
function forEditors(keywords: { required?: string[]; minProperties?: number; anyOf?: object[] }) {
  return { ...keywords };
}

/** The parts that the file consists of, with the settings of these providers. */
export function partSchemas(cards: readonly ProviderCard[]) {
  const [first, ...others] = cards.map(integrationOf);
  if (!first) throw new Error('there are no providers');
  const integration = z.discriminatedUnion('provider', [first, ...others], {
    error: `must be one of ${cards.map((card) => card.name).join(', ')}`,
  });
  return { integration, webhooks, client, issuer };
}

/** What is written into the configuration file, with the settings of these providers. */
export function fileSchema(cards: readonly ProviderCard[]) {
  const { integration } = partSchemas(cards);
  const tenant = z.strictObject({
    integrations: z.array(integration).min(1).describe('In order of precedence where people or skills differ.'),
    consensusPolicy: z
      .enum(CONSENSUS_POLICY_NAMES)
      .optional()
      .describe('By which ratings are blended unless a query names another; balanced when left out.'),
    webhooks: webhooks.optional(),
  });
  const all = z.strictObject({
    $schema: z.string().optional(),
    tenants: z.record(name, tenant).meta({
      description: 'By name. What is of one tenant no other one ever sees.',
      ...forEditors({ minProperties: 1 }),
    }),
    clients: z.array(client).default([]).describe('Services, which send a key.'),
    issuers: z.array(issuer).default([]).describe('Whose tokens (JWT) are taken.'),
    limits: limits.optional(),
  });
  const oneOf = (part: string) => ({ required: [part], properties: { [part]: { minItems: 1 } } });
  return all.meta(forEditors({ anyOf: [oneOf('clients'), oneOf('issuers')] }));
}

export type ConfigFile = z.output<ReturnType<typeof fileSchema>>;
export type TenantPart = ConfigFile['tenants'][string];

function integrationOf({ name: provider, title, variables }: ProviderCard) {
  const settings = Object.fromEntries(variables.map((variable) => [variable.name, settingOf(variable)]));
  const required = variables.flatMap((variable) => (variable.required ? [variable.name] : []));
  return z.strictObject({
    name: name.describe('Unique within the tenant; part of ids that clients keep.'),
    provider: z.literal(provider).describe(title),
    settings: z.strictObject(settings).meta({
      description: 'The variables that describe this provider in an environment.',
      ...forEditors({ required }),
    }),
    limits: integrationLimits.optional(),
  });
}

function settingOf(variable: ProviderVariable) {
  return (variable.secret ? secret : setting).optional().describe(variable.description);
}
