import { type Episodes, type Examples, IGNORED } from '../meta';
import { torch } from '../torch';
import type { EpisodeText, TextEpisode } from './episode-sampler';
import type { TokenBatch, Vectorizer } from './vectorizer';

/**
 * Episodes of texts as the tensors that learners take. Episodes of unequal sizes are filled up with
 * empty texts that count nowhere.
 */
export function episodeTensors(
  episodes: readonly TextEpisode[],
  vectorizer: Vectorizer,
): Episodes<TokenBatch> {
  return {
    ways: Math.max(...episodes.map((episode) => episode.classes.length)),
    support: examples(
      episodes.map((episode) => episode.support),
      vectorizer,
    ),
    query: examples(
      episodes.map((episode) => episode.query),
      vectorizer,
    ),
  };
}

function examples(
  tasks: readonly (readonly EpisodeText[])[],
  vectorizer: Vectorizer,
): Examples<TokenBatch> {
  const inputs = vectorizer.vectorizeTasks(tasks.map((texts) => texts.map(({ text }) => text)));
  const rows = Math.max(1, ...tasks.map((texts) => texts.length));
  const labels = new BigInt64Array(tasks.length * rows).fill(BigInt(IGNORED));
  tasks.forEach((texts, task) => {
    texts.forEach(({ label }, row) => {
      labels[task * rows + row] = BigInt(label);
    });
  });
  return { inputs, labels: torch.tensor(labels, { shape: [tasks.length, rows] }) };
}
