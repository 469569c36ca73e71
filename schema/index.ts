import { isObjectType, type GraphQLSchema } from 'graphql';
import { audited } from './audited.ts';
import { builder } from './builder.ts';
import './changes/index.ts';
import './employee/index.ts';
import './expert/index.ts';
import './integration/index.ts';
import './link/index.ts';
import './node/index.ts';
import './rating/index.ts';
import './role/index.ts';
import './skill/index.ts';
import './task/index.ts';
import './viewer/index.ts';
import './webhook/index.ts';

/** The graph. */
export const schema = audited(plainProperties(builder.toSchema()));
schema.description = `Who knows what, how well, and who says so: the skills data of several systems as one graph.
Start with \`employees\`, \`skills\` or \`experts\`; \`integrations\` says which systems stand behind it and how they are,
\`viewer\` what the caller may do. Ratings keep the scale of their system beside a level from 0 to 1 that compares.`;

/**
 * Takes the resolver off every field that only shows the property of its own name: the executor reads a property faster
 * than it calls a function, and a page of ratings has ten thousand of them.
 */
function plainProperties(built: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(built.getTypeMap())) {
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      if (field.extensions['pothosExposedField'] === field.name) field.resolve = undefined;
    }
  }
  return built;
}
