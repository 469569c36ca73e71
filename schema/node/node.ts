import { Integration } from '../../src/integrations/integration.ts';
import { builder } from '../builder.ts';

/** Anything that has a global id. */
export const Node = builder.interfaceRef<object>('Node');

Node.implement({
  description: 'An object that can be fetched again by its id.',
  // Not `isTypeOf` on every type: the executor would ask it of every rating on a page.
  resolveType: (value) => {
    if (value instanceof Integration) return 'Integration';
    if (
      'kind' in value &&
      (value.kind === 'Employee' ||
        value.kind === 'Skill' ||
        value.kind === 'SkillRating' ||
        value.kind === 'JobProfile')
    ) {
      return value.kind;
    }
    return 'position' in value ? 'TaskItem' : 'Task';
  },
  fields: (t) => ({
    id: t.id({
      description: 'Opaque global id. Stays valid when records are matched or parted.',
      // Every implementing type resolves its own id.
      resolve: () => {
        throw new Error('a Node without an id of its own');
      },
    }),
  }),
});
