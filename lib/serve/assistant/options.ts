import {
  fraction,
  type OptionsOf,
  oneOf,
  optional,
  positiveFinite,
  positiveInteger,
  properFraction,
  string,
  withDefault,
} from '../../check';
import { folderName } from '../folders';
import { HEAD_NAMES, type HeadName } from '../heads';
import { encoderPool } from '../setup';

export const ASSISTANT_OPTIONS = {
  /** Where what it learns is kept. Default: nowhere; it lives as long as the process. */
  folder: optional<string>(folderName),
  /** The share of wrong answers, among those that are given, that is accepted. Default: 0.1. */
  risk: withDefault(properFraction, 0.1),
  /** The chance that the promise about the risk does not hold. Default: 0.05. */
  delta: withDefault(properFraction, 0.05),
  /** The share of questions out of scope that is expected, for definitions with `outOfScope`. Default: 0.1. */
  outOfScopeShare: withDefault(properFraction, 0.1),
  /** The least probability of an intent that is answered, instead of one chosen by the risk. Default: chosen. */
  threshold: optional(fraction),
  /** Sessions that are kept. Default: 10,000. */
  maxSessions: withDefault(positiveInteger, 10_000),
  /** Minutes of silence after which a session is over. Default: 30. */
  sessionMinutes: withDefault(positiveFinite, 30),
  /** As for `FewShotClassifier.fit`. Default: `auto`. */
  head: withDefault<HeadName | 'auto'>(oneOf('auto', ...HEAD_NAMES), 'auto'),
  /** The encoder of its own threads: a name or folder. Default: `use-lite`. */
  encoder: optional(string),
  /** Threads to share with others, instead of its own. */
  pool: optional(encoderPool),
};

/** By what a threshold is chosen: nothing where it is given. */
export const CHOOSING = ['risk', 'delta', 'outOfScopeShare'] as const;

export type AssistantOptions = OptionsOf<typeof ASSISTANT_OPTIONS>;
