import { Vocabulary } from '../../../lib/text';
import type { TextModelConfig } from '../../../lib/train';

export const TEXTS: readonly string[] = [
  'heavy rain and a strong wind',
  'bread with butter and sugar',
  'the bank charges interest',
];

export const LABELED = [
  { text: 'heavy rain and wind', label: 'weather' },
  { text: 'bread and butter', label: 'food' },
  { text: 'strong wind', label: 'weather' },
  { text: 'sugar', label: 'food' },
];

/** The config of a small text model with the words of `TEXTS`. */
export function smallConfig(learner: TextModelConfig['learner']): TextModelConfig {
  const vocabulary = Vocabulary.build(TEXTS.map((text) => text.split(' ')));
  return {
    learner,
    encoder: { kind: 'mean', dimensions: 8, dropout: 0.1 },
    tokenizer: {},
    maxLength: 6,
    vocabulary: { ...vocabulary.toJSON() },
  };
}

export const MAML = { kind: 'maml', ways: 3, innerLearningRate: 0.5, innerSteps: 2 } as const;
