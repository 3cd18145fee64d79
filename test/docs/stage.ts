import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Episodes } from '../../lib/meta';
import { Vocabulary } from '../../lib/text';
import { type Tree, torch } from '../../lib/torch';
import { buildTextLearner, saveTextModel } from '../../lib/train';
import { smallConfig } from '../helpers/learners/text-models';

const [TASKS, WAYS, SHOTS] = [2, 5, 5];
const WORDS = 50;

/** What the pages of `docs/algorithms` take for granted beside their imports; see the folder's README. */
export type Stage = { episodes: Episodes<Tree>; vocabulary: Vocabulary };

/** Tasks of 5 classes with 5 examples each, of 300 features, or of words where a page is about those. */
export function stageOf(page: string): Stage {
  const generator = torch.generator(1);
  const vocabulary = Vocabulary.build([Array.from({ length: WORDS }, (_, i) => `word${i}`)]);
  const inputs = (): Tree => {
    const rows = [TASKS, WAYS * SHOTS];
    if (!page.includes('distributional')) return torch.randn([...rows, 300], { generator });
    const ids = torch.randint(2, vocabulary.size, [...rows, 6], { generator, dtype: 'int64' });
    return { ids, mask: ids.gt(0) };
  };
  const examples = () => ({
    inputs: inputs(),
    labels: torch.arange(WAYS).repeatInterleave(SHOTS).expand([TASKS, -1]).contiguous(),
  });
  return { episodes: { ways: WAYS, support: examples(), query: examples() }, vocabulary };
}

/** Saves into a folder the model that `metatorch demo` would have saved, only smaller. */
export function saveDemoModel(folder: string): void {
  const config = smallConfig({ kind: 'prototypical' });
  const target = join(folder, 'models', 'wordnet-prototypical');
  mkdirSync(target, { recursive: true });
  torch.scope(() => {
    saveTextModel(target, config, buildTextLearner(config).learner.init(torch.generator(1)));
  });
}
