import { array, integerFrom, isPlainObject, oneOf } from '../../check';
import { invalidArgument } from '../../errors';
import { Generator as TorchGenerator } from '../../torch';
import { datasetOf, type TextDataset } from '../datasets/dataset';

/** A number of shots drawn anew for every class, each from least to most equally likely. */
export interface ShotRange {
  minShots: number;
  maxShots: number;
}

/** A number of classes drawn anew for every episode, each from least to most equally likely. */
export interface WayRange {
  minWays: number;
  maxWays: number;
}

export interface EpisodeSamplerOptions {
  /** N: classes in an episode, at least 2; or a range. Tensors are made of episodes of equal ways. */
  ways: number | WayRange;
  /** K: support texts of each class, at least 1; or a range for unbalanced episodes. */
  shots: number | ShotRange;
  /** Q: query texts of each class, at least 1. */
  queries: number;
  /** Fixes every episode by its current seed; numbers drawn from it before or later do not matter. */
  generator: TorchGenerator;
  /** Classes to draw from. Default: all of the data set. */
  classes?: readonly string[];
  /**
   * Classes that belong together, for example the intents of a domain: an episode has classes of one group.
   * Classes of no group are never drawn, nor those of a group that `classes` leaves out.
   */
  groups?: Readonly<Record<string, readonly string[]>>;
  /**
   * How an episode chooses among several data sets or groups: each equally likely, or by how many texts it
   * has. Default: `uniform`.
   */
  choice?: 'uniform' | 'proportional';
}

const OPERATOR = 'EpisodeSampler';

/** The names of all options. */
export const SAMPLER_OPTIONS = [
  'ways',
  'shots',
  'queries',
  'generator',
  'classes',
  'groups',
  'choice',
] as const;

export function requireWays(ways: unknown): WayRange {
  if (!isPlainObject(ways)) {
    const fixed = integerFrom(2, ways, 'ways', OPERATOR);
    return { minWays: fixed, maxWays: fixed };
  }
  const minWays = integerFrom(2, ways.minWays, 'ways.minWays', OPERATOR);
  return { minWays, maxWays: integerFrom(minWays, ways.maxWays, 'ways.maxWays', OPERATOR) };
}

export function requireShots(shots: unknown): ShotRange {
  if (typeof shots === 'number') {
    integerFrom(1, shots, 'shots', OPERATOR);
    return { minShots: shots, maxShots: shots };
  }
  if (typeof shots !== 'object' || shots === null) {
    throw invalidArgument('an integer or { minShots, maxShots }', 'shots', shots);
  }
  const { minShots, maxShots }: Partial<Record<keyof ShotRange, unknown>> = shots;
  const least = integerFrom(1, minShots, 'shots.minShots', OPERATOR);
  return {
    minShots: least,
    maxShots: integerFrom(least, maxShots, 'shots.maxShots', OPERATOR),
  };
}

export function requireGenerator(generator: unknown): TorchGenerator {
  if (generator instanceof TorchGenerator) return generator;
  throw invalidArgument('a torch.Generator', 'generator', generator, OPERATOR);
}

export const requireChoice = oneOf('uniform', 'proportional');

export function requireGroups(groups: unknown): EpisodeSamplerOptions['groups'] {
  if (groups === undefined) return undefined;
  if (isPlainObject(groups)) return groups as Record<string, readonly string[]>;
  throw invalidArgument('lists of classes by group', 'groups', groups, OPERATOR);
}

/** One data set or several, as a list. */
export function datasetsOf(
  given: TextDataset | readonly TextDataset[],
  operator = OPERATOR,
): readonly TextDataset[] {
  if (!isList(given)) return [datasetOf(given, 'dataset', operator)];
  array(given, 'data sets', 'datasets', operator).forEach((one, i) => {
    datasetOf(one, `datasets[${i}]`, operator);
  });
  if (given.length > 0) return given;
  throw invalidArgument('at least one data set', 'datasets', given, operator);
}

function isList(given: TextDataset | readonly TextDataset[]): given is readonly TextDataset[] {
  return Array.isArray(given);
}
