import { createHash } from 'node:crypto';
import type { ClientConfig } from '../domain/access.ts';
import { BEARER_TOKEN, SHORTEST_KEY } from './keys.ts';
import type { ProviderCard } from '../integrations/providerCard.ts';
import type { ConfiguredIntegration } from '../integrations/providerCard.ts';
import type { WebhookSettings } from '../webhooks/openWebhooks.ts';
import { readWebhooks } from '../webhooks/settings.ts';
import type { ConfigFile, TenantPart } from './fileSchema.ts';
import { parseFile, pathOf } from './parseFile.ts';
import type { ReadableParts, ReadableTenant } from './readableParts.ts';
import { createReferences, type References } from './references.ts';
import type { Tenancy, TenantConfig } from './tenancy.ts';

/** What a file says, and all that is wrong with it, each with where; never a value. */
export interface FileReading {
  /** Null where there are complaints. */
  tenancy: Tenancy | null;
  complaints: readonly string[];
  /** Variables of the environment that the file names; null where it cannot be read, so that nobody knows. */
  variables: ReadonlySet<string> | null;
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
  const { parts, variables } = parseFile(path, cards, complain);
  const tenancy = parts ? new Reader(parts, cards, references, complain).read() : null;
  return { tenancy: complaints.length === 0 ? tenancy : null, complaints, variables };
}

/** Follows references and checks how the parts go together. Of a part that is null its shape was complained of. */
class Reader {
  readonly #file: ReadableParts;
  readonly #cards: readonly ProviderCard[];
  readonly #references: References;
  readonly #complain: Complain;

  constructor(file: ReadableParts, cards: readonly ProviderCard[], references: References, complain: Complain) {
    this.#file = file;
    this.#cards = cards;
    this.#references = references;
    this.#complain = complain;
  }

  read(): Tenancy {
    const { tenants, clients, issuers, limits = {} } = this.#file;
    if (tenants && Object.keys(tenants).length === 0) this.#complain('$.tenants', 'is empty');
    if (clients?.length === 0 && issuers?.length === 0) {
      this.#complain('$', 'needs clients or issuers: without them the gateway would be open');
    }
    this.#unique(clients?.map((client) => client?.name) ?? [], (index) => `$.clients[${index}].name`);
    this.#audiences(issuers ?? []);
    const read = each(clients, (client, index) => this.#client(client, `$.clients[${index}]`));
    this.#unique(
      read.flatMap(({ keyHashes }) => keyHashes),
      () => '$.clients',
      'has a key twice',
    );
    return {
      tenants: Object.entries(tenants ?? {}).map(([name, tenant]) => this.#tenant(name, tenant)),
      clients: read,
      issuers: each(issuers, ({ emailClaim = null, budget = null, ...issuer }, index) => {
        if ('fixed' in issuer.tenant) this.#known(issuer.tenant.fixed, `$.issuers[${index}].tenant.fixed`);
        return { ...issuer, emailClaim, budget };
      }),
      limits,
    };
  }

  #tenant(name: string, { integrations, consensusPolicy = 'balanced', webhooks }: ReadableTenant): TenantConfig {
    const path = pathOf(['tenants', name]);
    this.#unique(
      integrations.map((integration) => integration?.name),
      (index) => `${path}.integrations[${index}].name`,
    );
    return {
      name,
      integrations: each(integrations, (integration, index) =>
        this.#integration(integration, `${path}.integrations[${index}]`),
      ).flat(),
      consensusPolicy,
      webhooks: this.#webhooks(webhooks, `${path}.webhooks`),
    };
  }

  #integration(
    { name, provider, settings, limits }: TenantPart['integrations'][number],
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
    if (reading.state === 'configured') return [{ card, name, settings: reading.integration, limits }];
    const complaints = reading.state === 'refused' ? reading.complaints : ['has none that the provider needs'];
    for (const complaint of complaints) this.#complain(`${path}.settings`, complaint);
    return [];
  }

  #webhooks(webhooks: TenantPart['webhooks'], path: string): WebhookSettings {
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

  /** An issuer may be there for several tenants, told apart by their audiences. */
  #audiences(issuers: NonNullable<ReadableParts['issuers']>): void {
    const pairs = each(issuers, ({ issuer, audiences }, index) =>
      [...new Set(audiences)].map((audience) => ({ index, pair: JSON.stringify([issuer, audience]) })),
    ).flat();
    this.#unique(
      pairs.map(({ pair }) => pair),
      (at) => `$.issuers[${pairs[at]?.index}].audiences`,
      'has one that this issuer is there with already',
    );
  }

  #known(tenant: string, path: string): void {
    const { tenants } = this.#file;
    if (tenants && !Object.hasOwn(tenants, tenant)) this.#complain(path, 'is no tenant of this file');
  }

  #unique(
    values: readonly (string | undefined)[],
    path: (index: number) => string,
    complaint = 'is there already',
  ): void {
    values.forEach((value, index) => {
      if (value !== undefined && values.indexOf(value) < index) this.#complain(path(index), complaint);
    });
  }
}

/** As `map`, without what is null, by the places in the file. */
function each<Part, Result>(
  parts: readonly (Part | null)[] | null,
  read: (part: Part, index: number) => Result,
): Result[] {
  return parts?.flatMap((part, index) => (part === null ? [] : [read(part, index)])) ?? [];
}
