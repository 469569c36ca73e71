import { readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import type { z } from 'zod';
import type { ClientConfig } from '../domain/access.ts';
import { BEARER_TOKEN, SHORTEST_KEY } from './keys.ts';
import type { ProviderCard } from '../outbound/card.ts';
import type { ConfiguredIntegration } from '../providers.ts';
import type { WebhookSettings } from '../tasks/webhooks/openWebhooks.ts';
import { readWebhooks } from '../tasks/webhooks/settings.ts';
import { fileSchema, type ConfigFile } from './fileSchema.ts';
import { createReferences, type References } from './references.ts';
import type { Tenancy, TenantConfig } from './tenancy.ts';

/** What a file says, and all that is wrong with it, each with where; never a value. */
export interface FileReading {
  /** Null where there are complaints. */
  tenancy: Tenancy | null;
  complaints: readonly string[];
  /** Variables of the environment that the file names. */
  variables: ReadonlySet<string>;
}

type Complain = (path: string, complaint: string) => void;

/** Reads the configuration file at this path. What it refers to is read as well. */
export function readConfigFile(
  path: string,
  environment: Record<string, string | undefined>,
  cards: readonly ProviderCard[],
): FileReading {
  const complaints: string[] = [];
  const complain: Complain = (where, complaint) => complaints.push(`${where} ${complaint}`);
  const references = createReferences(environment, complain);
  const parsed = parse(path, cards, complain);
  const tenancy = parsed ? new Reader(parsed, cards, references, complain).read() : null;
  return { tenancy: complaints.length === 0 ? tenancy : null, complaints, variables: references.variables };
}

function parse(path: string, cards: readonly ProviderCard[], complain: Complain): ConfigFile | null {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    // A syntax error's message quotes what it stands at.
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    complain('GATEWAY_CONFIG', error instanceof SyntaxError ? 'is no JSON' : `cannot be read${code}`);
    return null;
  }
  const result = fileSchema(cards).safeParse(content);
  if (result.success) return result.data;
  for (const issue of result.error.issues) complain(pathOf(issue.path), sentenceOf(issue));
  return null;
}

/** As in JSONPath: `$.tenants.acme.integrations[0].name`. */
function pathOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, key) =>
      typeof key === 'number'
        ? `${text}[${key}]`
        : /^[\w$-]+$/.test(String(key))
          ? `${text}.${String(key)}`
          : `${text}[…]`,
    '$',
  );
}

function sentenceOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys')
    return `has what is not known there: ${issue.keys.map((key) => key.slice(0, 40)).join(', ')}`;
  return issue.code === 'invalid_key'
    ? 'has a name that is not 1 to 63 lower-case letters, digits and hyphens'
    : issue.message;
}

/** Follows references and checks how the parts go together. */
class Reader {
  readonly #file: ConfigFile;
  readonly #cards: readonly ProviderCard[];
  readonly #references: References;
  readonly #complain: Complain;

  constructor(file: ConfigFile, cards: readonly ProviderCard[], references: References, complain: Complain) {
    this.#file = file;
    this.#cards = cards;
    this.#references = references;
    this.#complain = complain;
  }

  read(): Tenancy {
    const { tenants, clients, issuers, limits = {} } = this.#file;
    if (Object.keys(tenants).length === 0) this.#complain('$.tenants', 'is empty');
    if (clients.length + issuers.length === 0) {
      this.#complain('$', 'needs clients or issuers: without them the gateway would be open');
    }
    this.#unique(
      clients.map(({ name }) => name),
      (index) => `$.clients[${index}].name`,
    );
    this.#unique(
      issuers.map(({ issuer }) => issuer),
      (index) => `$.issuers[${index}].issuer`,
    );
    const read = clients.map((client, index) => this.#client(client, `$.clients[${index}]`));
    this.#unique(
      read.flatMap(({ keyHashes }) => keyHashes),
      () => '$.clients',
      'has a key twice',
    );
    return {
      tenants: Object.entries(tenants).map(([name, tenant]) => this.#tenant(name, tenant)),
      clients: read,
      issuers: issuers.map(({ emailClaim = null, budget = null, ...issuer }, index) => {
        if ('fixed' in issuer.tenant) this.#known(issuer.tenant.fixed, `$.issuers[${index}].tenant.fixed`);
        return { ...issuer, emailClaim, budget };
      }),
      limits,
    };
  }

  #tenant(
    name: string,
    { integrations, consensusPolicy = 'balanced', webhooks }: Entry<ConfigFile['tenants']>,
  ): TenantConfig {
    const path = `$.tenants.${name}`;
    this.#unique(
      integrations.map((integration) => integration.name),
      (index) => `${path}.integrations[${index}].name`,
    );
    return {
      name,
      integrations: integrations.flatMap((integration, index) =>
        this.#integration(integration, `${path}.integrations[${index}]`),
      ),
      consensusPolicy,
      webhooks: this.#webhooks(webhooks, `${path}.webhooks`),
    };
  }

  #integration(
    { name, provider, settings }: Entry<ConfigFile['tenants']>['integrations'][number],
    path: string,
  ): ConfiguredIntegration[] {
    const card = this.#cards.find((candidate) => candidate.name === provider);
    const environment: Record<string, string> = {};
    let whole = true;
    for (const [variable, setting] of Object.entries(settings)) {
      if (setting === undefined) continue;
      const value = this.#references.read(setting, `${path}.settings.${variable}`);
      if (value === null) whole = false;
      else environment[variable] = value;
    }
    // What could not be read was said; the card would say that it is missing.
    if (!card || !whole) return [];
    const reading = card.readEnvironment(environment);
    if (reading.state === 'configured') return [{ card, name, settings: reading.integration }];
    const complaints = reading.state === 'refused' ? reading.complaints : ['has none that the provider needs'];
    for (const complaint of complaints) this.#complain(`${path}.settings`, complaint);
    return [];
  }

  #webhooks(webhooks: Entry<ConfigFile['tenants']>['webhooks'], path: string): WebhookSettings {
    const read = (settings: readonly Parameters<References['read']>[0][], name: string) =>
      settings.flatMap((setting, index) => this.#references.read(setting, `${path}.${name}[${index}]`) ?? []);
    const { settings, complaints } = readWebhooks({
      urls: read(webhooks?.urls ?? [], 'urls'),
      secrets: read(webhooks?.secrets ?? [], 'secrets'),
      allowPrivate: webhooks?.private ?? false,
    });
    for (const complaint of complaints) {
      this.#complain(
        path,
        complaint
          .replaceAll('WEBHOOK_URLS', 'urls')
          .replaceAll('WEBHOOK_SECRETS', 'secrets')
          .replaceAll('WEBHOOK_PRIVATE=allow', 'private'),
      );
    }
    return settings;
  }

  #client({ keys, scopes, budget, ...client }: ConfigFile['clients'][number], path: string): ClientConfig {
    this.#known(client.tenant, `${path}.tenant`);
    const keyHashes = keys.flatMap((key, index) => {
      if ('sha256' in key) return [key.sha256];
      const where = `${path}.keys[${index}]`;
      const value = this.#references.read(key, where);
      if (value === null) return [];
      if (value.length < SHORTEST_KEY) this.#complain(where, `leads to a key of fewer than ${SHORTEST_KEY} characters`);
      else if (!BEARER_TOKEN.test(value))
        this.#complain(where, 'leads to a key with characters that no bearer token may have');
      return [createHash('sha256').update(value).digest('hex')];
    });
    return { ...client, keyHashes, scopes: new Set(scopes), budget: budget ?? null };
  }

  #known(tenant: string, path: string): void {
    if (!Object.hasOwn(this.#file.tenants, tenant)) this.#complain(path, 'is no tenant of this file');
  }

  #unique(values: readonly string[], path: (index: number) => string, complaint = 'is there already'): void {
    values.forEach((value, index) => {
      if (values.indexOf(value) < index) this.#complain(path(index), complaint);
    });
  }
}

type Entry<Map> = Map extends Record<string, infer Value> ? Value : never;
