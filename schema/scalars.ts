import { GraphQLError, GraphQLScalarType } from 'graphql';
import { GraphQLDateTime, GraphQLEmailAddress, GraphQLLocalDate, GraphQLURL } from 'graphql-scalars';

/** Rows carry canonical text already, checked when they were read: checking it again for every rating is a tenth of a page. */
function asText(scalar: GraphQLScalarType): (value: unknown) => unknown {
  return (value) => (typeof value === 'string' ? value : scalar.serialize(value));
}

/** Inputs stay text, as rows are; the scalar's own parsing only checks. */
function checked<T>(scalar: GraphQLScalarType, keep: (parsed: unknown) => T) {
  return {
    parseValue(value: unknown) {
      // The scalars would tell how JavaScript fails to make a text of it.
      if (typeof value !== 'string') throw new GraphQLError(`${scalar.name} is written as a text.`);
      return keep(scalar.parseValue(value));
    },
    parseLiteral: (...args: Parameters<GraphQLScalarType['parseLiteral']>) => keep(scalar.parseLiteral(...args)),
  };
}

/** RFC 3339 has years of four digits, and stores begin with the year 1; an offset can lead beyond either end. */
function instant(value: unknown): string {
  const text = value instanceof Date ? value.toISOString() : String(value);
  if (!/^(?!0000)\d{4}-/.test(text)) throw new GraphQLError('DateTime must be in the years 1 to 9999 in UTC.');
  return text;
}

export const DateTime = new GraphQLScalarType<string, unknown>({
  name: 'DateTime',
  description: "An instant in UTC, RFC 3339, e.g. 2026-03-02T10:15:00.500Z. A provider's zoneless time is read as UTC.",
  specifiedByURL: 'https://scalars.graphql.org/andimarek/date-time.html',
  serialize: asText(GraphQLDateTime),
  ...checked(GraphQLDateTime, instant),
});

export const LocalDate = new GraphQLScalarType<string, unknown>({
  name: 'Date',
  description: 'A calendar day without a time zone, RFC 3339 full-date, e.g. 2026-03-02.',
  specifiedByURL: 'https://scalars.graphql.org/andimarek/local-date.html',
  serialize: asText(GraphQLLocalDate),
  ...checked(GraphQLLocalDate, String),
});

export const EmailAddress = new GraphQLScalarType<string, unknown>({
  name: 'EmailAddress',
  description: 'An e-mail address as HTML accepts it. An address a provider sends that is none reads as null.',
  specifiedByURL: 'https://html.spec.whatwg.org/multipage/input.html#valid-e-mail-address',
  serialize: asText(GraphQLEmailAddress),
  ...checked(GraphQLEmailAddress, String),
});

export const AbsoluteUrl = new GraphQLScalarType<string, unknown>({
  name: 'URL',
  description: 'An absolute URL, RFC 3986.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc3986',
  serialize: asText(GraphQLURL),
  ...checked(GraphQLURL, String),
});
