import { GATEWAY_VARIABLES } from './environment.ts';
import type { ProviderCard } from '../integrations/providerCard.ts';

const WIDTH = 100;

/** What `--help` prints: flags, the variables that a first start needs, and the names of all others. */
export function helpText(version: string, cards: readonly ProviderCard[]): string {
  const required = ({ variables }: ProviderCard) => variables.flatMap(({ name, required: is }) => (is ? [name] : []));
  const all = [...GATEWAY_VARIABLES, ...cards.flatMap(({ variables }) => variables.map(({ name }) => name))];
  return `skills-gateway ${version}: one GraphQL API over the systems that know who knows what.

Usage: npm start -- [flags]
       node dist/src/main.js [flags]

  --roles=both|serve|work      what this process does, in place of ROLES
  -h, --help                   prints this text
  -v, --version                prints the version

Everything else is set by environment variables, which may be in a file .env in the working directory.
Without any it is a sandbox over simulated providers: open http://127.0.0.1:4000/graphql in a browser.

  HOST, PORT                   where it listens: 127.0.0.1 and 4000 unless they are set
  GATEWAY_API_KEYS             keys of its clients, required beyond loopback and with a provider
  CORS_ORIGINS                 origins of the web pages that may ask it
  DATA_DIR                     where it keeps its tasks, .data unless it is set
  REDIS_URL                    where several replicas keep their tasks instead
  GATEWAY_CONFIG               a JSON file that describes tenants, integrations and clients
  SANDBOX                      on: simulates the providers also beyond loopback, with keys or with Redis
  LOG_LEVEL                    fatal, error, warn, info, debug, trace or silent

Providers that it asks, by their credentials:

${cards.map((card) => `  ${card.title.padEnd(28)} ${required(card).join(', ')}`).join('\n')}

All variables, described in docs/operations.md:

${wrapped(all)}
`;
}

function wrapped(words: readonly string[]): string {
  return words.reduce((text, word, index) => {
    const separator = index === 0 ? '' : text.length - text.lastIndexOf('\n') + word.length < WIDTH ? ', ' : ',\n  ';
    return `${text}${separator}${word}`;
  }, '  ');
}
