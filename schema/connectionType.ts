import type { ObjectRef } from '@pothos/core';
import type { Scope } from '../src/domain/access.ts';
import { needs } from './access.ts';
import { builder } from './builder.ts';
import { PageInfo, type Edge, type PageInfoShape } from './connection.ts';
import { SourceStatus, type Source } from './integration/integration.ts';
import { UnknownValue, type UnknownValueShape } from './unknownValues.ts';

/** What the fields of a connection show. */
interface ConnectionShape {
  readonly edges: readonly Edge<object>[];
  readonly nodes: readonly object[];
  readonly pageInfo: PageInfoShape;
  readonly totalCount: number;
}

/** The descriptions of a connection, its edge and their fields. */
interface ConnectionText {
  connection: string;
  edge: string;
  cursor: string;
  node: string;
  edges?: string;
  nodes: string;
  totalCount: string;
  /** Only for connections that tell how each integration took part: they get the field. */
  sources?: string;
  /** Only for connections that tell which values of the query are unknown: they get the field. */
  unknown?: string;
}

type Ref<Shape> = ObjectRef<typeof builder.$inferSchemaTypes, Shape>;

/**
 * Defines the types `<name>Edge` and `<name>Connection`, which need the same scope, over the type of their nodes. A field
 * that only one connection has is added to it with `builder.objectField`.
 */
export function connectionType<Shape extends ConnectionShape>(
  name: string,
  nodeType: Ref<Shape['nodes'][number]>,
  scope: Scope,
  text: ConnectionText,
): { edge: Ref<Shape['edges'][number]>; connection: Ref<Shape> } {
  const node = nodeType as Ref<object>;
  const edge = builder.objectRef<Edge<object>>(`${name}Edge`);
  edge.implement({
    extensions: needs(scope),
    description: text.edge,
    fields: (t) => ({
      cursor: t.exposeString('cursor', { description: text.cursor }),
      node: t.expose('node', { type: node, description: text.node }),
    }),
  });
  const connection = builder.objectRef<{
    edges: Edge<object>[];
    nodes: object[];
    pageInfo: PageInfoShape;
    totalCount: number;
    sources: Source[];
    unknown: UnknownValueShape[];
  }>(`${name}Connection`);
  connection.implement({
    extensions: needs(scope),
    description: text.connection,
    fields: (t) => ({
      edges: t.expose('edges', {
        type: [edge],
        description: text.edges ?? "The page's entries with their cursors.",
      }),
      nodes: t.expose('nodes', { type: [node], description: text.nodes }),
      pageInfo: t.expose('pageInfo', { type: PageInfo, description: 'Where the page stands.' }),
      totalCount: t.exposeInt('totalCount', { description: text.totalCount }),
      ...(text.unknown !== undefined && {
        unknown: t.expose('unknown', { type: [UnknownValue], description: text.unknown }),
      }),
      ...(text.sources !== undefined && {
        sources: t.expose('sources', { type: [SourceStatus], description: text.sources }),
      }),
    }),
  });
  return { edge, connection: connection as unknown as Ref<Shape> };
}
