/** Decides whether the providers are simulated, which a mistake must never turn production into. */
import type { ProviderCard } from '../integrations/providerCard.ts';

export interface SandboxQuestion {
  /** SANDBOX; undefined where it is unset. */
  setting: 'on' | 'off' | undefined;
  /** Whether GATEWAY_CONFIG names a file, which lists the integrations. */
  hasFile: boolean;
  /** The providers that the environment configures. */
  configured: readonly ProviderCard[];
  /** Every provider that it could configure. */
  cards: readonly ProviderCard[];
  /** What a sandbox on somebody's own machine has no use for, in words: each of it is a sign of production. */
  signs: readonly string[];
}

/**
 * A sandbox is what is left when no provider is configured. With a sign of production it must be asked for: there a missing
 * provider is more likely a mistake, such as a credential under a misspelt name. Answers a complaint for what contradicts.
 */
export function readSandbox(question: SandboxQuestion): { sandbox: boolean; complaint: string | null } {
  const { setting, hasFile, configured, cards, signs } = question;
  const refused = (complaint: string) => ({ sandbox: false, complaint });
  if (hasFile) {
    return setting === 'on'
      ? refused('SANDBOX must not be on with GATEWAY_CONFIG, whose integrations are the ones to serve')
      : { sandbox: false, complaint: null };
  }
  if (configured.length > 0) {
    const titles = configured.map(({ title }) => title).join(', ');
    return setting === 'on'
      ? refused(`SANDBOX must not be on with a configured provider (${titles}): remove one or the other`)
      : { sandbox: false, complaint: null };
  }
  const missing = `no provider is configured (${cards.map(credentialsOf).join('; ')})`;
  if (setting === 'off') return refused(`SANDBOX is off, but ${missing}`);
  if (setting === undefined && signs.length > 0) {
    return refused(`SANDBOX=on is required to serve simulated people with ${signs.join(' and ')}: ${missing}`);
  }
  return { sandbox: true, complaint: null };
}

/** The variables that a provider cannot do without, e.g. `Kombo: KOMBO_API_KEY, KOMBO_INTEGRATION_ID`. */
function credentialsOf({ title, variables }: ProviderCard): string {
  const names = variables.flatMap(({ name, required }) => (required ? [name] : []));
  return `${title}: ${names.join(', ')}`;
}
