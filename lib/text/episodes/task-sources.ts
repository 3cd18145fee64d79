import { requireDistinct } from '../../check';
import { ArgumentRangeError, outOfRange } from '../../errors';
import { requireDistinctTexts, type TextDataset } from '../datasets/dataset';

/** The texts of a class: a part of a list of all texts. */
export type ClassRows = {
  readonly label: string;
  readonly start: number;
  readonly size: number;
};

/** What an episode draws its classes from: a data set, or a group of a data set's classes. */
export type TaskSource = {
  /** The name of the data set, with a group `data set/group`. */
  readonly name: string;
  readonly classes: readonly ClassRows[];
};

/** Sources, and the texts of all of them in one list. */
export type TaskTexts = {
  readonly sources: readonly TaskSource[];
  readonly texts: readonly string[];
};

/** What says which classes episodes are made of. */
export type SourceOptions = {
  readonly classes?: readonly string[] | undefined;
  readonly groups?: Readonly<Record<string, readonly string[]>> | undefined;
};

type Needs = { readonly ways: number; readonly texts: number };

const OPERATOR = 'EpisodeSampler';

/**
 * The sources of episodes in one or several data sets.
 *
 * @throws ArgumentRangeError, before anything is drawn, for classes that are not there or are in two groups,
 *   sources with fewer classes than ways, and, by name, all classes with fewer texts than an episode takes
 */
export function taskSources(
  datasets: readonly TextDataset[],
  { classes, groups }: SourceOptions,
  needs: Needs,
): TaskTexts {
  if (classes !== undefined) requireDistinct(classes, 'classes');
  requireDistinct(
    datasets.map(({ name }) => name),
    'the names of the data sets',
  );
  const wanted = groups === undefined ? undefined : groupsOf(groups);
  const texts: string[] = [];
  const sources = datasets.flatMap((dataset) => {
    const all = classes ?? dataset.classes;
    const own = wanted?.map(({ name, labels }) => ({
      name: `${dataset.name}/${name}`,
      labels: labels.filter((label) => knownClass(dataset, label) && all.includes(label)),
    })) ?? [{ name: dataset.name, labels: all }];
    return own.map(({ name, labels }): TaskSource => {
      requireWays(labels, name, needs.ways, groups !== undefined);
      requireTexts(dataset, labels, needs.texts);
      return { name, classes: addTexts(texts, dataset, labels) };
    });
  });
  return { sources, texts };
}

/** Appends the texts of some classes to a list, and says where they are. */
export function addTexts(
  texts: string[],
  dataset: TextDataset,
  labels: readonly string[],
): ClassRows[] {
  requireDistinctTexts(dataset, labels, OPERATOR);
  return labels.map((label) => {
    const start = texts.length;
    for (const text of dataset.examples(label)) texts.push(text);
    return { label, start, size: texts.length - start };
  });
}

function groupsOf(groups: Readonly<Record<string, readonly string[]>>) {
  const list = Object.entries(groups).map(([name, labels]) => ({ name, labels }));
  for (const { name, labels } of list) requireDistinct(labels, `groups.${name}`);
  requireDistinct(
    list.flatMap(({ labels }) => labels),
    'groups',
  );
  if (list.length > 0) return list;
  throw outOfRange('at least one group', 'groups', groups, OPERATOR);
}

/** True; throws what `dataset` does for a class that it has not. */
function knownClass(dataset: TextDataset, label: string): boolean {
  dataset.examples(label);
  return true;
}

function requireWays(
  labels: readonly string[],
  name: string,
  ways: number,
  isGroup: boolean,
): void {
  if (labels.length >= ways) return;
  const where = isGroup ? `the classes of the group '${name}'` : 'classes';
  throw outOfRange(`at least ${ways} names (ways)`, where, labels);
}

function requireTexts(dataset: TextDataset, labels: readonly string[], needed: number): void {
  const small = labels.filter((label) => dataset.examples(label).length < needed);
  const [first] = small;
  if (first === undefined) return;
  const expected = `at least ${needed} examples (shots and queries)`;
  if (small.length === 1) {
    const { length } = dataset.examples(first);
    throw outOfRange(expected, `class '${first}' of '${dataset.name}'`, length);
  }
  const sizes = small.map((label) => `'${label}' has ${dataset.examples(label).length}`);
  throw new ArgumentRangeError(
    `Expected ${expected} for each class of '${dataset.name}' but received fewer: ${sizes.join(', ')}`,
    OPERATOR,
  );
}
