import {
  abortSignal,
  callable,
  flag,
  type OptionsOf,
  optional,
  readOptions,
  withDefault,
} from '../../check';
import { outOfRange } from '../../errors';
import type { FineTuneStep } from '../../train/contrastive/fine-tune';
import { FINE_TUNE, fineTuneSettings } from '../../train/contrastive/fine-tune-options';
import type { FitOptions } from '../fitted';
import { givesSeveral } from '../heads';
import type { Knowledge } from '../knowledge';
import { newRows } from '../setup';
import type { TuningOptions } from '../workers/tuning-thread';
import { heldOutSplit } from './held-out-split';
import type { TuneInput } from './tune-encoder';

/** The options of `fineTune`. */
export const TUNE = {
  ...FINE_TUNE,
  /** Take the trained encoder over also if it is no better on held-out examples. Default: false. */
  always: withDefault(flag, false),
  /** Gives the training up at once. */
  signal: optional<AbortSignal>(abortSignal),
  /** Called after every step. */
  onStep: optional<(step: FineTuneStep) => void>(callable),
};

export type TuneOptions = OptionsOf<typeof TUNE>;

/** What came of fine-tuning: accuracies on held-out examples, from 0 to 1. */
export type TuneReport = {
  /** By the pool's encoder and the best of its heads. */
  before: number;
  /** By the encoder trained on the other examples. */
  after: number;
  /** Whether the classifier has taken the trained encoder over. */
  adopted: boolean;
};

/** Held-out examples without which there is nothing to judge by. */
const LEAST_HELD = 2;

export function readTuning(
  { labels, rows, core }: Pick<Knowledge, 'labels' | 'rows' | 'core'>,
  options: TuneOptions,
  fit: FitOptions,
): { input: TuneInput; thread: TuningOptions } {
  const { signal, onStep, always, ...rest } = readOptions(TUNE, options, 'fineTune');
  if (givesSeveral(core.fitted.head)) {
    const expected = 'a head that gives a text one label';
    throw outOfRange(expected, 'the classifier of fineTune', core.fitted.head, 'fineTune');
  }
  const { texts, y } = newRows(labels, rows, fit);
  const settings = fineTuneSettings(rest, rows.length, 'fineTune');
  if (heldOutSplit(y, settings.seed).held.length < LEAST_HELD) {
    const expected = 'at least 2 labels of 3 examples, of which one is held out,';
    throw outOfRange(expected, 'examples of fineTune', `${rows.length} examples`, 'fineTune');
  }
  return {
    input: { texts, y, labels, settings, falseAlarms: fit.falseAlarms, always },
    thread: { signal, onStep },
  };
}
