import { needs } from '../access.ts';
import { builder } from '../builder.ts';
import { CALL, costs } from '../cost.ts';
import { RecordInput } from '../lookups.ts';
import { LinkPayload } from './payload.ts';

const RecordsInput = builder.inputType('RecordsInput', {
  description: 'Records of one kind.',
  isOneOf: true,
  fields: (t) => ({
    employees: t.field({ type: [RecordInput], description: 'Records of employees.' }),
    skills: t.field({ type: [RecordInput], description: 'Records of skills.' }),
  }),
});

const NOTE = 'Why, for those who read it later.';

const LinkRecordsInput = builder.inputType('LinkRecordsInput', {
  description: 'Records to join.',
  fields: (t) => ({
    records: t.field({ type: RecordsInput, required: true, description: 'The records, two or more.' }),
    note: t.string({ description: NOTE }),
  }),
});

const UnlinkRecordsInput = builder.inputType('UnlinkRecordsInput', {
  description: 'Records to part.',
  fields: (t) => ({
    records: t.field({
      type: RecordsInput,
      required: true,
      description: 'The records, two or more, which end up in as many different objects.',
    }),
    note: t.string({ description: NOTE }),
  }),
});

builder.mutationField('linkRecords', (t) =>
  t.field({
    type: LinkPayload,
    extensions: { ...needs('identity:write'), ...costs({ asks: CALL }) },
    description:
      'Declares records the same employee or skill. Wins over every rule, takes effect at once, and may be repeated.',
    args: { input: t.arg({ type: LinkRecordsInput, required: true, description: 'The records.' }) },
    resolve: (_, { input }, { links, viewer }) => links.link(input, viewer.client),
  }),
);

builder.mutationField('unlinkRecords', (t) =>
  t.field({
    type: LinkPayload,
    extensions: { ...needs('identity:write'), ...costs({ asks: CALL }) },
    description:
      'Parts records, undoing a link or overruling a rule. Wins over every rule, takes effect at once, and may be repeated.',
    args: { input: t.arg({ type: UnlinkRecordsInput, required: true, description: 'The records.' }) },
    resolve: (_, { input }, { links, viewer }) => links.unlink(input, viewer.client),
  }),
);
