import { unknownName } from '../../check';
import type { ConfigTree } from './merge-configs';

/** Beginnings of configs, by name; whatever else is said counts more. */
export const PRESETS = {
  /** Minutes on a laptop: few steps and episodes, to see that everything works. */
  quick: {
    steps: 100,
    evaluation: { validation: 50, test: 100 },
  },
  /** The intents that come with the package, nearest class means moved by a learned map. */
  intents: {
    data: 'intents',
    learner: 'prototypical',
    episodes: { ways: 5, shots: 1, queries: 10 },
    steps: 300,
  },
  /** The usual protocol on BANKING77: 5 ways, 1 and 5 shots, 600 episodes. */
  banking77: {
    data: 'banking77',
    learner: 'prototypical',
    episodes: { ways: 5, shots: 5, queries: 15 },
    evaluation: { test: 600, shots: [1, 5] },
  },
} as const;

/** The preset of a name. @throws ArgumentRangeError with the nearest name */
export function presetNamed(name: unknown): ConfigTree {
  const found = Object.entries(PRESETS).find(([own]) => own === name);
  if (found !== undefined) return found[1];
  throw unknownName(Object.keys(PRESETS), name, 'config.preset', 'the run');
}
