/**
 * The split of WordNet's 45 classes, fixed so that results compare: 25 to meta-train on, 8 to choose
 * settings by, 12 to report. The three are disjoint.
 *
 * How it was drawn, once: for nouns, verbs, adjectives and adverbs in turn, the classes with at
 * least 40 examples in `loadWordNet()` were put, from their order in `WORDNET_CLASSES`, into random
 * order by one `new RandomSource(31).shuffle`; the first 7 nouns, 4 verbs and 1 adjective went to
 * meta-test, the next 4, 3 and 1 to meta-validation, the rest to meta-train. The only class of
 * adverbs is in meta-train.
 */

import type { WordNetClass } from './wordnet-classes';

/** Disjoint sets of classes, each in the order of the dataset. */
export interface ClassSplits<Class extends string = string> {
  metaTrain: readonly Class[];
  metaValidation: readonly Class[];
  metaTest: readonly Class[];
}

export const WORDNET_SPLITS: ClassSplits<WordNetClass> = {
  metaTrain: [
    'adj.all',
    'adv.all',
    'noun.animal',
    'noun.artifact',
    'noun.attribute',
    'noun.body',
    'noun.cognition',
    'noun.communication',
    'noun.feeling',
    'noun.group',
    'noun.motive',
    'noun.object',
    'noun.person',
    'noun.phenomenon',
    'noun.plant',
    'noun.process',
    'noun.shape',
    'verb.body',
    'verb.change',
    'verb.communication',
    'verb.consumption',
    'verb.contact',
    'verb.motion',
    'verb.perception',
    'verb.social',
  ],
  metaValidation: [
    'adj.pert',
    'noun.act',
    'noun.event',
    'noun.possession',
    'noun.relation',
    'verb.competition',
    'verb.creation',
    'verb.possession',
  ],
  metaTest: [
    'noun.Tops',
    'noun.food',
    'noun.location',
    'noun.quantity',
    'noun.state',
    'noun.substance',
    'noun.time',
    'verb.cognition',
    'verb.emotion',
    'verb.stative',
    'verb.weather',
    'adj.ppl',
  ],
};
