import {
  isPlainObject,
  optional,
  type ReadOptions,
  readOptions,
  required,
  string,
} from '../../check';
import { outOfRange, TorchError } from '../../errors';
import { RandomSource } from '../../text/random-source';
import type { RunConfig } from '../../train/runs/config';
import {
  type ConfigSource,
  configFrom,
  placed,
  readConfigFile,
} from '../../train/runs/config-file';
import { atKeys, type ConfigTree, merged } from '../../train/runs/merge-configs';
import { gridSampler } from '../../train/search/samplers/grid';
import { STUDY } from '../../train/search/search-options';
import { readSpace, type SearchSpace, type TrialParams } from '../../train/search/space';

const SECTION = {
  /** What is searched, by dotted keys of the config. */
  space: required<SearchSpace>((value) => value),
  trials: STUDY.trials,
  sampler: STUDY.sampler,
  seed: STUDY.seed,
  /** The file that keeps the study. */
  study: optional(string),
};

type StudyConfig = {
  readonly space: SearchSpace;
  readonly settings: Omit<ReadOptions<typeof SECTION>, 'space'>;
  /** The config without what is searched. */
  readonly base: ConfigTree;
  configOf(params: TrialParams): RunConfig;
};

/** Combinations that are checked before the first trial. */
const SAMPLES = 16;

/** Reads a config with a section `search`. @throws TorchError with the place of what is wrong */
export function readStudyConfig(path: string): StudyConfig {
  const source = readConfigFile(path);
  const {
    search,
    out: _,
    checkpoints: __,
    predictions: ___,
    loggers: ____,
    ...base
  } = source.content;
  if (!isPlainObject(search)) {
    throw new TorchError(
      'ERR_TORCH_ARGUMENT',
      `${path}: Expected a section search, with space and trials, but received none`,
    );
  }
  const inSection = <T>(read: () => T): T => {
    try {
      return read();
    } catch (error) {
      throw placed(error, [source], ['search']);
    }
  };
  const { space, ...settings } = inSection(() => readOptions(SECTION, search, 'search'));
  const checked = inSection(() => readSpace(space, 'space', 'search'));
  inSection(() => requireComparable(space, base));
  const configOf = (params: TrialParams) =>
    configFrom([{ ...source, content: base }, chosen(params, source)]);
  const samples = gridSampler(checked, 2);
  for (let i = 0; i < SAMPLES; i++) {
    const params = samples.next(i, [], new RandomSource(0));
    if (params === undefined) break;
    if (configOf(params).data !== undefined) continue;
    throw new TorchError(
      'ERR_TORCH_ARGUMENT',
      `${path}: Expected data to train on but received none`,
    );
  }
  return { space, settings, base, configOf };
}

/** What trials are measured on, and what no accuracy depends on. */
const MEASURE = ['preset', 'data', 'splits', 'evaluation', 'seeds'];
/** How often it is measured. */
const HOW_OFTEN = 'evaluation.every';
const WITHOUT_EFFECT = ['out', 'checkpoints', 'predictions', 'loggers', 'features'];
/** What validation takes from the training unless `evaluation` says it. */
const TAKEN_OVER = ['ways', 'queries'];

/** Refuses to search what would have trials measured on different tasks, or all alike. */
function requireComparable(space: SearchSpace, { evaluation }: ConfigTree): void {
  const set = isPlainObject(evaluation) ? evaluation : {};
  for (const name of Object.keys(space)) {
    const [section = '', key = ''] = name.split('.');
    const refuse = (expected: string): never => {
      throw outOfRange(expected, `space.${name} of search`, name, 'search');
    };
    if (MEASURE.includes(section) && name !== HOW_OFTEN) {
      refuse('a key that does not change what trials are measured on');
    }
    if (WITHOUT_EFFECT.includes(section)) refuse('a key that an accuracy depends on');
    if (section === 'episodes' && TAKEN_OVER.includes(key) && set[key] === undefined) {
      refuse(
        `evaluation.${key} beside it, or trials would be measured on tasks of different ${key}`,
      );
    }
  }
}

/** The values of a trial as a part of the config, found where the space names them. */
function chosen(params: TrialParams, source: ConfigSource): ConfigSource {
  const content = Object.entries(params).reduce<ConfigTree>(
    (tree, [name, value]) => merged(tree, atKeys(name, value)),
    {},
  );
  return {
    content,
    place: (keys) => {
      const path = keys.join('.');
      const name = Object.keys(params).find((one) => `${path}.`.startsWith(`${one}.`));
      return name && source.place(['search', 'space', name]);
    },
  };
}
