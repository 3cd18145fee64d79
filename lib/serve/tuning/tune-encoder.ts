import type { SentenceEncoder } from '../../text';
import { fingerprintOf } from '../../text/encoders/fingerprint';
import { blended, type NamedTensors } from '../../text/encoders/trained-params';
import { torch } from '../../torch';
import { type FineTuneStep, fineTuneSteps } from '../../train/contrastive/fine-tune';
import type { FineTuneSettings } from '../../train/contrastive/fine-tune-options';
import { heldOutSplit } from './held-out-split';
import { bestAccuracy, measureHeads } from './measure-heads';
import { encoderFor, type Tuned } from './tuned';

/** What an encoder is tuned with. */
export type TuneInput = {
  texts: readonly string[];
  y: readonly number[];
  /** What labels are called. */
  labels: readonly string[];
  settings: FineTuneSettings;
  falseAlarms: number;
  /** Whether the encoder is taken also if it is no better. */
  always: boolean;
};

/** What came of it. */
export type TuneOutput = {
  /** The accuracy on held-out examples, from 0 to 1, with the encoder as it was. */
  before: number;
  /** The same with the encoder trained on the other examples. */
  after: number;
  /** Undefined if it is not better. */
  tuned: Tuned | undefined;
};

/** The share of the steps that all examples get after the held-out ones have judged. */
const LAST_SHARE = 0.3;

/**
 * Trains an encoder on four fifths of the examples, compares it on the others with what it was, and, if it is
 * better, lets it see all examples for some more steps.
 */
export function tuneEncoder(
  encoder: SentenceEncoder,
  input: TuneInput,
  onStep: (step: FineTuneStep) => void,
): TuneOutput {
  return torch.scope(() => {
    const { texts, y, labels, settings, falseAlarms, always } = input;
    const split = heldOutSplit(y, settings.seed);
    const trial = { texts, y, labels: labels.length, falseAlarms };
    const last = { ...settings, steps: Math.ceil(LAST_SHARE * settings.steps) };
    const steps = settings.steps + last.steps;
    const before = bestAccuracy(measureHeads(encoder, trial, split));
    const part = {
      texts: split.train.map((row) => texts[row] ?? ''),
      y: split.train.map((row) => y[row] ?? 0),
      labels,
    };
    const first = run(encoder, part, settings, (step) => onStep({ ...step, steps }));
    const judged = blended(encoder.params, first, settings.blend);
    const measured = measureHeads(encoderFor(encoder, { params: judged }), trial, split);
    const after = bestAccuracy(measured);
    if (after <= before && !always) return { before, after, tuned: undefined };
    const second = run(encoderFor(encoder, { params: first }), { texts, y, labels }, last, (step) =>
      onStep({ ...step, step: settings.steps + step.step, steps }),
    );
    const params = blended(encoder.params, second, settings.blend);
    return { before, after, tuned: { key: fingerprintOf(params, {}), params, measured } };
  });
}

function run(
  { model }: SentenceEncoder,
  examples: Parameters<typeof fineTuneSteps>[1],
  settings: FineTuneSettings,
  onStep: (step: FineTuneStep) => void,
): NamedTensors {
  const steps = fineTuneSteps(model, examples, settings);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    onStep(value);
  }
}
