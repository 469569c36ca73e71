import { LEVEL_MEASURES } from '../../src/domain/skillLevel.ts';
import { builder } from '../builder.ts';
import { described } from '../described.ts';

export const LevelMeasureEnum = builder.enumType('LevelMeasure', {
  description: 'What has to reach a level.',
  values: described(LEVEL_MEASURES, {
    CONSENSUS: 'The default consensus of the ratings considered.',
    ANY_RATING: 'Any one of the ratings considered, whatever its weight.',
  }),
});
