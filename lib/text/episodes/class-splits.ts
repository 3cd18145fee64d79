import { objectOf, requireDistinct } from '../../check';
import { ArgumentRangeError, outOfRange } from '../../errors';
import type { TextDataset } from '../datasets/dataset';
import { EpisodeSampler } from './episode-sampler';
import { datasetsOf, type EpisodeSamplerOptions } from './sampler-options';

/** Classes by split, for example `{ metaTrain, metaValidation, metaTest }`. */
export type ClassesBySplit = { readonly [split: string]: readonly string[] };

/**
 * Refuses splits that have a class in common: few-shot learning is tested on classes that no split before has
 * seen.
 *
 * @throws ArgumentRangeError that names all common classes and their splits, or a class twice in one split;
 *   ArgumentTypeError for anything but lists of names
 */
export function requireDisjointClasses<S extends object>(splits: S): S {
  const operator = 'requireDisjointClasses';
  const lists = Object.entries(objectOf<object>(splits, 'splits', operator));
  for (const [name, labels] of lists) requireDistinct(labels, name);
  const common = lists.flatMap(([one, labels], i) =>
    lists.slice(i + 1).flatMap(([other, others]) => {
      const there = new Set<string>(others);
      const both = (labels as readonly string[]).filter((label) => there.has(label));
      return both.length === 0 ? [] : [`${both.map(quote).join(', ')} in ${one} and ${other}`];
    }),
  );
  if (common.length === 0) return splits;
  throw new ArgumentRangeError(
    `Expected splits without a common class but received ${common.join('; ')}`,
    operator,
  );
}

/**
 * A sampler of episodes for each split of the classes.
 *
 *     const { metaTrain, metaTest } = splitSamplers(dataset, folds[0].splits, { ways: 5, shots: 5, queries: 15, generator });
 *
 * @throws ArgumentRangeError for splits with a common class, and what `EpisodeSampler` throws, naming the split
 */
export function splitSamplers<S extends object>(
  dataset: TextDataset | readonly TextDataset[],
  splits: S,
  options: Omit<EpisodeSamplerOptions, 'classes'>,
): { [K in keyof S]: EpisodeSampler } {
  datasetsOf(dataset, 'splitSamplers');
  const entries = Object.entries(requireDisjointClasses(splits));
  if (entries.length === 0) {
    throw outOfRange('at least one split', 'splits', splits, 'splitSamplers');
  }
  const samplers = entries.map(([name, classes]) => [
    name,
    new EpisodeSampler(dataset, { ...options, classes }),
  ]);
  return Object.fromEntries(samplers) as { [K in keyof S]: EpisodeSampler };
}

function quote(label: string): string {
  return `'${label}'`;
}
