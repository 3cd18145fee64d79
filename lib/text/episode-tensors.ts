import { outOfRange } from '../errors';
import { type Episodes, type Examples, IGNORED } from '../meta';
import { torch } from '../torch';
import type { EpisodeText, TextEpisode } from './episode-sampler';
import type { TokenBatch, Vectorizer } from './vectorizer';

/**
 * T episodes of texts as the tensors that learners take, on the CPU. Episodes with fewer texts than
 * others are filled up with empty ones that count nowhere.
 *
 * @throws ArgumentRangeError if there are no episodes, or they have unequal numbers of classes: a
 *   class without texts has no place in a prediction
 */
export function episodeTensors(
  episodes: readonly TextEpisode[],
  vectorizer: Vectorizer,
): Episodes<TokenBatch> {
  const ways = waysOf(episodes);
  return torch.scope(() => ({
    ways,
    support: examples(
      episodes.map((episode) => episode.support),
      vectorizer,
    ),
    query: examples(
      episodes.map((episode) => episode.query),
      vectorizer,
    ),
  }));
}

function waysOf(episodes: readonly TextEpisode[]): number {
  const [first, ...others] = episodes.map(({ classes }) => classes.length);
  if (first === undefined) throw outOfRange('at least one episode', 'episodes', episodes);
  const odd = others.find((ways) => ways !== first);
  if (odd === undefined) return first;
  throw outOfRange(`episodes of ${first} classes each`, 'episodes', odd);
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
