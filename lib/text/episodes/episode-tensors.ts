import { array, integerFrom, requireDistinct } from '../../check';
import { counted } from '../../counted';
import { invalidArgument, outOfRange } from '../../errors';
import { greatest } from '../../extremes';
import { type Episodes, type Examples, IGNORED } from '../../meta';
import { type Tensor, type Tree, torch } from '../../torch';
import { type Vectorizer, vectorizerOf, vectorizeTasks } from '../vectorizer';

import type { EpisodeText, TextEpisode } from './episode-sampler';

/**
 * T episodes of texts as the tensors that learners take, on the CPU. Episodes with fewer texts than
 * others are padded with empty texts that are ignored.
 *
 * @param classes all classes of the data, in the order of their numbers: then the episodes
 *   say which of them their labels stand for
 * @throws ArgumentRangeError if there are no episodes, one has no support or query text, they have
 *   unequal numbers of classes (a class without texts has no place in a prediction), a label is not one
 *   of them, or a class is not among `classes` or twice there; ArgumentTypeError for a label that is not a
 *   number, and for anything but an episode
 */
export function episodeTensors<B extends Tree>(
  episodes: readonly TextEpisode[],
  vectorizer: Vectorizer<B>,
  classes?: readonly string[],
): Episodes<B> {
  vectorizerOf(vectorizer, 'vectorizer', 'episodeTensors');
  array(episodes, 'episodes', 'episodes', 'episodeTensors').forEach(requireEpisode);
  const ways = waysOf(episodes);
  return torch.scope(() => ({
    ways,
    support: examples(
      episodes.map((episode) => episode.support),
      ways,
      vectorizer,
    ),
    query: examples(
      episodes.map((episode) => episode.query),
      ways,
      vectorizer,
    ),
    ...(classes !== undefined && { classes: numbersOf(episodes, classes) }),
  }));
}

function requireEpisode(episode: TextEpisode, i: number): void {
  const { classes, support, query }: TextEpisode = Object(episode);
  requireDistinct(classes, `the classes of episodes[${i}]`);
  for (const [name, texts] of Object.entries({ support, query })) {
    const where = `episodes[${i}].${name}`;
    const given = array(texts, 'texts with labels', where, 'episodeTensors');
    if (given.length === 0) throw outOfRange('at least one text', where, texts, 'episodeTensors');
    for (const [row, example] of given.entries()) {
      if (typeof example?.text === 'string') continue;
      throw invalidArgument('a string', `${where}[${row}].text`, example?.text, 'episodeTensors');
    }
  }
}

function numbersOf(episodes: readonly TextEpisode[], all: readonly string[]): Tensor {
  requireDistinct(all, 'classes');
  const numbers = new Map(all.map((name, number) => [name, number]));
  const numberOf = (name: string): number => {
    const number = numbers.get(name);
    if (number !== undefined) return number;
    throw outOfRange('every class of the episodes', 'classes', name, 'episodeTensors');
  };
  const rows = episodes.map((episode) => episode.classes.map(numberOf));
  return torch.tensor(rows, { dtype: 'int64' });
}

function waysOf(episodes: readonly TextEpisode[]): number {
  const [first, ...others] = episodes.map(({ classes }) => classes.length);
  if (first === undefined) throw outOfRange('at least one episode', 'episodes', episodes);
  const odd = others.find((ways) => ways !== first);
  if (odd === undefined) return first;
  throw outOfRange(`episodes of ${counted(first, 'class', 'classes')} each`, 'episodes', odd);
}

function examples<B extends Tree>(
  tasks: readonly (readonly EpisodeText[])[],
  ways: number,
  vectorizer: Vectorizer<B>,
): Examples<B> {
  const inputs = vectorizeTasks(
    vectorizer,
    tasks.map((texts) => texts.map(({ text }) => text)),
  );
  const rows = greatest(
    tasks.map((texts) => texts.length),
    1,
  );
  const labels = new BigInt64Array(tasks.length * rows).fill(BigInt(IGNORED));
  tasks.forEach((texts, task) => {
    texts.forEach(({ label }, row) => {
      labels[task * rows + row] = BigInt(
        integerFrom(0, label, 'label', 'episodeTensors', ways - 1),
      );
    });
  });
  return { inputs, labels: torch.tensor(labels, { shape: [tasks.length, rows] }) };
}
