// What all lines of the table share.
import { mlp } from '../../lib/nn';
import { meanEncoder } from '../../lib/text';

export const WAYS = 5;
export const DIMENSIONS = 128;

export const encoderOf = (vocabularySize: number) =>
  meanEncoder({ vocabularySize, dimensions: DIMENSIONS, dropout: 0.3 });

/** The word encoder, and a linear head that is adapted to each task. */
export const adapted = (vocabularySize: number) => ({
  encoder: encoderOf(vocabularySize),
  model: mlp({ sizes: [DIMENSIONS, WAYS] }),
});
