import {
  type OptionsOf,
  optional,
  positiveInteger,
  recordOf,
  required,
  strictObject,
  string,
  withDefault,
  withMethods,
} from '../../check';
import { outOfRange } from '../../errors';
import type { Generator } from '../../torch';

const CHECKPOINTS = {
  /** Where checkpoints are written; it is made if it is not there. A run has it for itself. */
  folder: required(folderName),
  /** Steps from one to the next; there is one after the last step too. Default: `evaluateEvery`. */
  every: optional(positiveInteger),
  /** How many of the latest stay, beside that of the best evaluation's step. Default: 3. */
  keep: withDefault(positiveInteger, 3),
  /** What must be the same to resume, for example the hash of a config. */
  fingerprint: optional(string),
  /** Generators beside `generator` that episodes, evaluations or callbacks draw from, by name. */
  generators: withDefault<Readonly<Record<string, Generator>>>(
    recordOf(withMethods<Generator>('a generator', 'manualSeed', 'fork', 'snapshot', 'restore')),
    {},
  ),
};

/** Where, how often and with what `train` writes checkpoints. */
export type CheckpointOptions = OptionsOf<typeof CHECKPOINTS>;

export const checkpointOptions = strictObject(CHECKPOINTS);

function folderName(value: unknown, name: string, operator: string): string {
  const folder = string(value, name, operator);
  if (folder !== '') return folder;
  throw outOfRange('the name of a folder', `${name} of ${operator}`, folder, operator);
}

/** Returns `value` if it says whether to resume: a boolean or `auto`. */
export function resumption(value: unknown, name: string, operator: string): boolean | 'auto' {
  if (typeof value === 'boolean' || value === 'auto') return value;
  throw outOfRange("true, false or 'auto'", `${name} of ${operator}`, value, operator);
}
