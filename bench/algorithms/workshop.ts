import { episodeMaker, loadDemoData, type Part } from '../../lib/cli/demo/task';
import type { Episodes, Learner } from '../../lib/meta';
import {
  type TokenBatch,
  type Vocabulary,
  VocabularyVectorizer,
  WordTokenizer,
} from '../../lib/text';
import { type Generator, type Tree, torch } from '../../lib/torch';

const SEED = 1;
const SHOTS = 5;

export type TextLearner = Learner<Tree, unknown, TokenBatch>;

/** Makes some of an endless row of episodes, from one of them on. */
export type EpisodeMaker = (count: number, from: number) => Episodes<TokenBatch>;

/** What training works with. */
export type Workshop = {
  vocabulary: Vocabulary;
  generator: Generator;
  /** Episodes of 5 shots, unless said otherwise, of one part of the classes. */
  episodes(
    part: Part,
    options?: { shots?: number; queries?: number | undefined; seed?: number },
  ): EpisodeMaker;
};

/** What training leads to. */
export type Trained = { learner: TextLearner; params: Tree };

export function openWorkshop(): Workshop {
  const { dataset, vocabulary } = loadDemoData();
  const vectorizer = new VocabularyVectorizer({
    tokenizer: new WordTokenizer(),
    vocabulary,
    maxLength: 32,
  });
  return {
    vocabulary,
    generator: torch.generator(SEED),
    episodes: (part, { shots = SHOTS, queries, seed = SEED } = {}) =>
      episodeMaker(dataset, vectorizer, { part, shots, queries, seed }),
  };
}
