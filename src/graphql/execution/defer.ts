/** Answers in parts: `@defer` on fragments of a query, for clients that take more than one part. */
import { useDeferStream } from '@graphql-yoga/plugin-defer-stream';
import {
  DirectiveLocation,
  GraphQLBoolean,
  GraphQLDirective,
  GraphQLNonNull,
  GraphQLSchema,
  GraphQLString,
  OverlappingFieldsCanBeMergedRule,
  visit,
  BREAK,
  type DocumentNode,
} from 'graphql';

/** `@defer` as the graph declares it. */
export const DEFER = new GraphQLDirective({
  name: 'defer',
  description:
    'Lets the answer begin without this fragment, which follows. Needs `Accept: multipart/mixed` or `text/event-stream`, and is ignored otherwise.',
  locations: [DirectiveLocation.FRAGMENT_SPREAD, DirectiveLocation.INLINE_FRAGMENT],
  args: {
    if: { type: new GraphQLNonNull(GraphQLBoolean), defaultValue: true, description: 'Only then.' },
    label: { type: GraphQLString, description: 'Names the part; unique in the document.' },
  },
});

/** The same schema that knows `@defer`. `@stream` stays unknown: lists here are pages, and come whole. */
export function withDefer(schema: GraphQLSchema): GraphQLSchema {
  return new GraphQLSchema({ ...schema.toConfig(), directives: [...schema.getDirectives(), DEFER] });
}

const { onValidate: rulesOfPlugin } = useDeferStream();

/**
 * The plugin's rules for `@defer`: static labels, each once, and not on the root of a mutation or subscription. Its rule on
 * fields that merge is left out: it is graphql-js's as of long ago with a word on `@stream`, without the bound on its work
 * that graphql-js has since given its own, which runs here.
 */
export const deferRules: typeof rulesOfPlugin = (payload) =>
  rulesOfPlugin?.({
    ...payload,
    // The plugin assigns other rules to it.
    params: { ...payload.params },
    addValidationRule(rule) {
      if (rule.name !== OverlappingFieldsCanBeMergedRule.name) payload.addValidationRule(rule);
    },
  });

const deferring = new WeakMap<DocumentNode, boolean>();

/** Whether a document asks for parts anywhere; what it asks under `if: false` counts too. */
export function hasDefer(document: DocumentNode): boolean {
  const known = deferring.get(document);
  if (known !== undefined) return known;
  let found = false;
  visit(document, {
    Directive({ name }) {
      if (name.value !== DEFER.name) return undefined;
      found = true;
      return BREAK;
    },
  });
  deferring.set(document, found);
  return found;
}
