import { fraction, listOf, positiveInteger, strictObject, withDefault } from '../../../check';
import { type TextCnnParams, textCnn } from './text-cnn';
import { wordKind } from './word-encoder';
import { UNIFORM_SCALE, WORDS, wordTable } from './words';

const check = strictObject({
  ...WORDS,
  /** F: filters of each size. Default: 100. */
  filters: withDefault(positiveInteger, 100),
  /** How many words filters see. Default: 3, 4 and 5. */
  kernelSizes: withDefault(listOf(positiveInteger, 1), [3, 4, 5]),
  /** The share of a text's vector dropped while training. Default: 0.5, as in the paper. */
  dropout: withDefault(fraction, 0.5),
});

/** The text CNN of Kim 2014 on words; see `textCnn`. */
export const cnnKind = wordKind<ReturnType<typeof check>, TextCnnParams>(
  'cnn',
  check,
  (words, { filters, kernelSizes, dropout }) => {
    const { dimensions } = words;
    const table = wordTable(words, UNIFORM_SCALE);
    return {
      layer: textCnn({ table, dimensions, filters, kernelSizes, dropout }),
      dimensions: filters * kernelSizes.length,
    };
  },
);
