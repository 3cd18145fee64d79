import { type Check, type ReadOptions, type Schema, strictObject } from '../../check';
import {
  type Augmentation,
  DROPOUT,
  randomSpan,
  SPAN,
  SWAP,
  SYNONYMS,
  synonyms,
  wordDropout,
  wordSwap,
} from '../../text/augment/augmentations';
import { type Chosen, choiceOf } from './kinds';

type AugmentationKind<S extends Schema = Schema> = {
  readonly check: Check<ReadOptions<S>> & { readonly schema: S };
  build(options: ReadOptions<S>): Augmentation;
};

const augmentation = <S extends Schema>(
  options: S,
  build: AugmentationKind<S>['build'],
): AugmentationKind<S> => ({ check: strictObject(options), build });

/** Every augmentation of texts by name. */
export const AUGMENTATIONS = {
  'word-dropout': augmentation(DROPOUT, wordDropout),
  'word-swap': augmentation(SWAP, wordSwap),
  'random-span': augmentation(SPAN, randomSpan),
  synonyms: augmentation(SYNONYMS, synonyms),
} as const;

export const augmentationChoice = choiceOf(AUGMENTATIONS);

/** The augmentation that a config names. */
export function buildAugmentation(config: Chosen<typeof AUGMENTATIONS>): Augmentation {
  const { kind, ...options } = config;
  return (AUGMENTATIONS[kind] as AugmentationKind).build(options);
}
