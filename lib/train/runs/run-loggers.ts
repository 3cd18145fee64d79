import { join } from 'node:path';
import { makeFolders, onDisk } from '../../files/on-disk';
import { packageError } from '../../optional-packages';
import { packageVersion } from '../../package-version';
import type { Logger } from '../callbacks/callback';
import { csvLogger } from '../loggers/csv-logger';
import { jsonLinesLogger } from '../loggers/json-lines-logger';
import { type Meter, openTelemetryLogger } from '../loggers/open-telemetry-logger';
import { tensorBoardLogger } from '../loggers/tensorboard-logger';
import type { RunConfig } from './config';

/**
 * The loggers that a config names: those of files write into the run's folder, if it has one.
 *
 * @throws TorchError `ERR_TORCH_PACKAGE_MISSING` if one needs a package that is not installed
 */
export function runLoggers({ out, loggers }: RunConfig, learner: string, seed: number): Logger[] {
  return loggers.flatMap((kind) => {
    if (kind === 'opentelemetry') return [telemetry(learner, seed)];
    if (out === undefined) return [];
    const folder = join(out, 'logs');
    onDisk(folder, 'make the folder', () => makeFolders(folder));
    return [FILES[kind](join(folder, `${learner}-seed-${seed}`))];
  });
}

const FILES = {
  tensorboard: (path: string) => tensorBoardLogger({ folder: path }),
  csv: (path: string) => csvLogger({ path: `${path}.csv` }),
  jsonl: (path: string) => jsonLinesLogger({ path: `${path}.jsonl` }),
} as const;

/** What is used of `@opentelemetry/api`: where it exports to is set up by the program, before the run. */
type Api = { readonly metrics: { getMeter(name: string, version: string): Meter } };

function loadApi(): Api {
  try {
    return require('@opentelemetry/api');
  } catch (cause) {
    throw packageError(cause, ['@opentelemetry/api'], 'The logger opentelemetry');
  }
}

function telemetry(learner: string, seed: number): Logger {
  const meter = loadApi().metrics.getMeter('metatorch', packageVersion());
  return openTelemetryLogger({ meter, attributes: { learner, seed: String(seed) } });
}
