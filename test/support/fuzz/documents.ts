/** Operations made of the schema: valid ones, with values that may not be. */
import {
  getNamedType,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';
import type { Random } from '../../../src/simulator/random.ts';
import type { Known } from './known.ts';
import { valueFor, type ValueOptions } from './values.ts';

/** The parameters of a GraphQL request. */
export interface Question {
  query: string;
  documentId?: string;
  variables?: unknown;
  operationName?: unknown;
  extensions?: unknown;
}

export interface DocumentOptions {
  schema: GraphQLSchema;
  known: Known;
  random: Random;
  /** Asks for a query without arguments, which has data and no errors, whose fragments are shared and deferred. */
  isDeferring?: boolean;
}

/** A random operation that the schema allows; a third of them carry wrong values. */
export function makeQuestion({ schema, known, random, isDeferring = false }: DocumentOptions): Question {
  const wrong = random.chance(0.35) ? 0.1 : 0;
  return new Writer(schema, { random, known, wrong, writing: 0.1 }, isDeferring).question();
}

const ODD_NAMES = [
  'then',
  'catch',
  'constructor',
  '__proto__',
  'toString',
  'toJSON',
  'errors',
  'data',
  'extensions',
] as const;

class Writer {
  readonly #schema: GraphQLSchema;
  readonly #values: ValueOptions;
  readonly #definitions: string[] = [];
  readonly #variables: Record<string, unknown> = {};
  readonly #fragments: string[] = [];
  /** The fragments that are complete, so that spreading one again makes no ring, with the types they are on. */
  readonly #shared: { name: string; type: GraphQLNamedType }[] = [];
  readonly #oddNames = new Set<string>(ODD_NAMES);
  /** Fields left: the page of a page of a page costs what its product is. */
  #fields: number;
  readonly #depth: number;
  readonly #isDeferring: boolean;
  #names = 0;

  constructor(schema: GraphQLSchema, values: ValueOptions, isDeferring: boolean) {
    this.#schema = schema;
    this.#values = values;
    this.#isDeferring = isDeferring;
    const { random } = values;
    this.#depth = isDeferring ? 4 : random.chance(0.05) ? 14 : random.integer(2, 7);
    this.#fields = isDeferring ? 15 : random.chance(0.03) ? 400 : random.integer(3, 40);
  }

  question(): Question {
    const { random } = this.#values;
    const kind = this.#isDeferring
      ? 'query'
      : random.pick(['query', 'query', 'query', 'query', 'query', 'mutation', 'mutation', 'subscription']);
    const root = {
      query: this.#schema.getQueryType(),
      mutation: this.#schema.getMutationType(),
      subscription: this.#schema.getSubscriptionType(),
    }[kind];
    if (!root) throw new Error(`the schema has no ${kind}`);
    const selections =
      kind === 'query' ? this.#selections(root, 0) : `{ ${this.#field(random.pick(fieldsOf(root)), 0)} }`;
    const name = random.chance(0.7) ? `Fuzz${random.integer(0, 9)}` : '';
    const definitions = this.#definitions.length > 0 ? `(${this.#definitions.join(', ')})` : '';
    // A name is needed for variables in this form, and none for the short one.
    const operation =
      kind === 'query' && name === '' && definitions === '' && random.chance(0.5)
        ? selections
        : `${kind} ${name}${definitions} ${selections}`;
    return {
      query: [operation, ...this.#fragments].join('\n'),
      ...(Object.keys(this.#variables).length > 0 || random.chance(0.2) ? { variables: this.#variables } : {}),
      ...(name !== '' && random.chance(0.5) ? { operationName: name } : {}),
      ...(random.chance(0.1) ? { extensions: { receipt: true } } : {}),
    };
  }

  #selections(type: GraphQLNamedType, depth: number): string {
    const { random } = this.#values;
    const parts = isObjectType(type) || isAbstractType(type) ? this.#parts(type, depth) : [];
    if (isObjectType(type) && random.chance(this.#isDeferring ? 0.6 : 0.02)) parts.push(...this.#overlap(type));
    if (parts.length === 0) parts.push('__typename');
    // A label stands once in a document.
    if (random.chance(0.05) && !parts[0]?.includes('label:')) parts.push(parts[0] as string);
    return `{ ${parts.join(' ')} }`;
  }

  #parts(type: GraphQLNamedType, depth: number): string[] {
    const { random } = this.#values;
    const parts: string[] = [];
    const count = random.integer(1, depth === 0 ? 3 : 6);
    for (let made = 0; made < count && this.#fields > 0; made += 1) {
      if (isAbstractType(type) && (!('getFields' in type) || random.chance(0.5))) {
        const possible = random.pick(this.#schema.getPossibleTypes(type) as [GraphQLObjectType]);
        parts.push(this.#fragment(possible, depth));
      } else if (random.chance(0.1)) {
        parts.push(this.#fragment(type, depth));
      } else if ('getFields' in type) {
        const fields = fieldsOf(type as GraphQLObjectType).filter(
          ({ args }) => !this.#isDeferring || !args.some(isRequiredArgument),
        );
        const leaves = fields.filter((field) => isLeafType(getNamedType(field.type)));
        const [first, ...others] = depth >= this.#depth ? leaves : fields;
        if (first) parts.push(this.#field(random.pick([first, ...others]), depth));
      }
    }
    return parts;
  }

  /** A fragment in place or of its own, now and then under a directive. */
  #fragment(type: GraphQLNamedType, depth: number): string {
    const { random } = this.#values;
    const known = this.#shared.filter((shared) => shared.type === type);
    const [first, ...others] = known;
    // Each time it costs what it costs.
    if (first && random.chance(0.5) && this.#fields > 0) {
      this.#fields -= 5;
      return `...${random.pick([first, ...others]).name}${this.#deferral()}`;
    }
    const selections = this.#selections(type, depth);
    const directive = this.#deferral();
    if (random.chance(0.5)) return `... on ${type.name}${directive} ${selections}`;
    const name = `Part${(this.#names += 1)}`;
    this.#fragments.push(`fragment ${name} on ${type.name} ${selections}`);
    this.#shared.push({ name, type });
    return `...${name}${directive}`;
  }

  /** Two fragments on one object, of which one spreads the other; each deferred or not, in any order. */
  #overlap(type: GraphQLObjectType): string[] {
    const { random } = this.#values;
    const values = fieldsOf(type).flatMap(({ name, type: of, args }) =>
      args.length === 0 && isLeafType(getNamedType(of)) ? [name] : [],
    );
    const value = () => random.pick(['__typename', ...values]);
    const [inner, outer] = [`Part${(this.#names += 1)}`, `Part${(this.#names += 1)}`];
    this.#fragments.push(
      `fragment ${inner} on ${type.name} { ${value()} ${value()} }`,
      `fragment ${outer} on ${type.name} { ...${inner} ${value()} }`,
    );
    const spreads = [`...${outer}${this.#deferral(0.7)}`, `...${inner}${this.#deferral()}`];
    return random.chance(0.5) ? spreads : spreads.toReversed();
  }

  #deferral(share = 0.3): string {
    const { random } = this.#values;
    if (!random.chance(share)) return this.#condition();
    return ` @defer${random.chance(0.5) ? `(label: "part${(this.#names += 1)}")` : ''}`;
  }

  /** A name that an object of JavaScript has, or that means something to what handles answers; each once, so that fields merge. */
  #oddName(): string | null {
    const { random } = this.#values;
    const [first, ...others] = this.#oddNames;
    if (first === undefined || !random.chance(0.02)) return null;
    const name = random.pick([first, ...others]);
    this.#oddNames.delete(name);
    return name;
  }

  #condition(): string {
    const { random } = this.#values;
    if (!random.chance(0.08)) return '';
    const name = random.chance(0.5) ? 'skip' : 'include';
    if (random.chance(0.5)) return ` @${name}(if: ${random.chance(0.5)})`;
    return ` @${name}(if: ${this.#variable('Boolean!', random.chance(0.5))})`;
  }

  #field(field: GraphQLField<unknown, unknown>, depth: number): string {
    const { random } = this.#values;
    this.#fields -= 1;
    const type = getNamedType(field.type);
    // Two fields of one name with other arguments do not merge: whatever takes arguments gets a name of its own.
    const name = this.#oddName() ?? (field.args.length > 0 || random.chance(0.05) ? `f${(this.#names += 1)}` : null);
    const alias = name === null ? '' : `${name}: `;
    const given = field.args.filter(
      (argument) => !this.#isDeferring && (isNonNullType(argument.type) || random.chance(0.5)),
    );
    const args = given.length > 0 ? `(${given.map((argument) => this.#argument(argument)).join(', ')})` : '';
    const inner = isLeafType(type) ? '' : ` ${this.#selections(type, depth + 1)}`;
    return `${alias}${field.name}${args}${this.#condition()}${inner}`;
  }

  #argument({ name, type }: GraphQLArgument): string {
    const value = valueFor(type, name, this.#values);
    const text = this.#values.random.chance(0.4) ? this.#variable(String(type), value) : literal(value, type);
    return `${name}: ${text}`;
  }

  #variable(type: string, value: unknown): string {
    const name = `v${(this.#names += 1)}`;
    this.#definitions.push(`$${name}: ${type}`);
    this.#variables[name] = value;
    return `$${name}`;
  }
}

function fieldsOf(type: GraphQLObjectType): [GraphQLField<unknown, unknown>, ...GraphQLField<unknown, unknown>[]] {
  return Object.values(type.getFields()) as [GraphQLField<unknown, unknown>];
}

/** A JSON value as GraphQL writes it; the type tells names of enums from texts. */
function literal(value: unknown, type: GraphQLInputType | null): string {
  if (type && isNonNullType(type)) return literal(value, type.ofType);
  if (Array.isArray(value)) {
    const inner = type && isListType(type) ? type.ofType : null;
    return `[${value.map((item) => literal(item, inner)).join(', ')}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const fields = type && isInputObjectType(type) ? type.getFields() : {};
    return `{${Object.entries(value)
      .map(([key, inner]) => `${key}: ${literal(inner, fields[key]?.type ?? null)}`)
      .join(', ')}}`;
  }
  if (type && isEnumType(type) && typeof value === 'string' && /^[A-Z_]+$/.test(value)) return value;
  return JSON.stringify(value);
}
