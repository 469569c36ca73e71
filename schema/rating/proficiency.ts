import type {
  NumericProficiency as NumericShape,
  NumericScale as NumericScaleShape,
  Proficiency as ProficiencyShape,
  ProficiencyOption as OptionShape,
  Scale,
  SingleSelectProficiency as SingleSelectShape,
  SingleSelectScale as SingleSelectScaleShape,
} from '../../src/domain/rating.ts';
import { builder } from '../builder.ts';
import { costs } from '../cost.ts';

export const NumericScale = builder.objectRef<NumericScaleShape>('NumericScale');
NumericScale.implement({
  description: 'A range of numbers.',
  fields: (t) => ({
    min: t.exposeFloat('min', { nullable: true, description: 'Least value; null when open or unknown.' }),
    max: t.exposeFloat('max', { nullable: true, description: 'Greatest value; null when open or unknown.' }),
    step: t.exposeFloat('step', {
      nullable: true,
      description:
        'Distance between allowed values, counted from `min`, or from 0 where that is null; null when continuous or unknown.',
    }),
  }),
});

const ProficiencyOption = builder.objectRef<OptionShape>('ProficiencyOption');
ProficiencyOption.implement({
  description: 'One level of a single-select scale.',
  fields: (t) => ({
    optionId: t.exposeID('optionId', {
      description:
        "The provider's own id of the level, to be sent as `ProficiencyInput.optionId`; the name where it has none.",
    }),
    name: t.exposeString('name', { description: "The level's name." }),
  }),
});

const SingleSelectScale = builder.objectRef<SingleSelectScaleShape>('SingleSelectScale');
SingleSelectScale.implement({
  description: 'A list of levels.',
  fields: (t) => ({
    options: t.field({
      type: [ProficiencyOption],
      extensions: costs({ size: 5 }),
      description: 'The levels, lowest to highest. At least one.',
      resolve: ({ options }) => options as OptionShape[],
    }),
  }),
});

export const ProficiencyScale = builder.unionType('ProficiencyScale', {
  description: 'The values ratings of a skill record can take.',
  types: [NumericScale, SingleSelectScale],
  resolveType: (scale: Scale) => (scale.kind === 'numeric' ? 'NumericScale' : 'SingleSelectScale'),
});

const NumericProficiency = builder.objectRef<NumericShape>('NumericProficiency');
NumericProficiency.implement({
  description: 'A number on a scale.',
  fields: (t) => ({
    value: t.exposeFloat('value', { description: 'The number.' }),
    scale: t.expose('scale', {
      type: NumericScale,
      description: 'Its scale, whose bounds are null where not known.',
    }),
  }),
});

const SingleSelectProficiency = builder.objectRef<SingleSelectShape>('SingleSelectProficiency');
SingleSelectProficiency.implement({
  description: 'One of several ordered levels.',
  fields: (t) => ({
    selected: t.expose('selected', { type: ProficiencyOption, description: 'The level chosen.' }),
    options: t.field({
      type: [ProficiencyOption],
      description: 'All levels, lowest to highest; only the chosen one when the provider does not list them.',
      resolve: ({ options }) => options as OptionShape[],
    }),
  }),
});

export const Proficiency = builder.unionType('Proficiency', {
  description: 'A value with the scale that gives it meaning.',
  types: [NumericProficiency, SingleSelectProficiency],
  resolveType: (value: ProficiencyShape) =>
    value.kind === 'numeric' ? 'NumericProficiency' : 'SingleSelectProficiency',
});
