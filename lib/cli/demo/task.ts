import type { Episodes } from '../../meta';
import {
  EpisodeSampler,
  episodeTensors,
  loadWordNet,
  type TextDataset,
  type TokenBatch,
  type Vectorizer,
  Vocabulary,
  WORDNET_SPLITS,
  WordTokenizer,
} from '../../text';
import { torch } from '../../torch';
import type { TextModelConfig } from '../../train';

export const WAYS = 5;
const QUERIES = 15;
const MAX_LENGTH = 32;
/** Tasks that are evaluated at once. */
const EVALUATION_BATCH = 20;

/** The data of the demonstration: definitions, and the classes of each part. */
export type DemoData = { dataset: TextDataset; vocabulary: Vocabulary };

export type Part = keyof typeof WORDNET_SPLITS;

/** Loads the definitions and counts the words of the meta-training classes. */
export function loadDemoData(): DemoData {
  const dataset = loadWordNet();
  const tokenizer = new WordTokenizer();
  const texts = WORDNET_SPLITS.metaTrain.flatMap((name) => dataset.examples(name));
  const vocabulary = Vocabulary.build(
    texts.map((text) => tokenizer.tokenize(text)),
    { minCount: 2 },
  );
  return { dataset, vocabulary };
}

/** The model of the demonstration: the same encoder under every learner. */
export function modelConfig(
  learner: TextModelConfig['learner'],
  vocabulary: Vocabulary,
): TextModelConfig {
  return {
    learner,
    encoder: { kind: 'mean', dimensions: 128, dropout: 0.3 },
    tokenizer: {},
    maxLength: MAX_LENGTH,
    vocabulary: { ...vocabulary.toJSON() },
  };
}

/** Makes batches of episodes of one part of the classes. */
export function episodeMaker(
  dataset: TextDataset,
  vectorizer: Vectorizer<TokenBatch>,
  {
    part,
    shots,
    queries = QUERIES,
    seed,
  }: { part: Part; shots: number; queries?: number | undefined; seed: number },
): (count: number, from: number) => Episodes<TokenBatch> {
  const sampler = new EpisodeSampler(dataset, {
    ways: WAYS,
    shots,
    queries,
    classes: WORDNET_SPLITS[part],
    generator: torch.generator(seed),
  });
  return (count, from) =>
    episodeTensors(sampler.episodes(count, from), vectorizer, WORDNET_SPLITS[part]);
}

/** A fixed list of episodes in batches, for `evaluate`. */
export function* evaluationBatches(
  make: (count: number, from: number) => Episodes<TokenBatch>,
  episodes: number,
): Generator<() => Episodes<TokenBatch>> {
  for (let from = 0; from < episodes; from += EVALUATION_BATCH) {
    yield () => make(Math.min(EVALUATION_BATCH, episodes - from), from);
  }
}
