import { join } from 'node:path';
import { makeFolders, onDisk } from '../../on-disk';
import type { Logger } from '../callbacks/callback';
import { csvLogger } from '../loggers/csv-logger';
import { jsonLinesLogger } from '../loggers/json-lines-logger';
import { tensorBoardLogger } from '../loggers/tensorboard-logger';
import type { RunConfig } from './config';

/** The loggers that a config names, which write into the run's folder. */
export function fileLoggers({ out, loggers }: RunConfig, learner: string, seed: number): Logger[] {
  if (out === undefined || loggers.length === 0) return [];
  const folder = join(out, 'logs');
  onDisk(folder, 'make the folder', () => makeFolders(folder));
  const name = `${learner}-seed-${seed}`;
  return loggers.map((kind) => MAKE[kind](join(folder, name)));
}

const MAKE = {
  tensorboard: (path: string) => tensorBoardLogger({ folder: path }),
  csv: (path: string) => csvLogger({ path: `${path}.csv` }),
  jsonl: (path: string) => jsonLinesLogger({ path: `${path}.jsonl` }),
} as const;
