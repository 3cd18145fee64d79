import {
  abortSignal,
  array,
  callable,
  type OptionsOf,
  objectOf,
  optional,
  readOptions,
  string,
} from '../../check';
import { outOfRange } from '../../errors';
import { nextTurn } from '../../next-turn';
import type { LabeledText } from '../../text';
import { labelNumbers } from '../../text/datasets/labeled-text';
import { requireEncoder } from '../../text/encoders/require-encoder';
import type { SentenceEncoder } from '../../text/encoders/sentence-encoder';
import { blended, type NamedTensors } from '../../text/encoders/trained-params';
import { disposeTree, mapTree } from '../../torch';
import { type FineTuneStep, fineTuneSteps, type NumberedTexts } from './fine-tune';
import { FINE_TUNE, fineTuneSettings } from './fine-tune-options';

const OPTIONS = {
  ...FINE_TUNE,
  /** Gives the training up after the step in progress; the promise is rejected with the signal's reason. */
  signal: optional<AbortSignal>(abortSignal),
  /** Called after every step. */
  onStep: optional<(step: FineTuneStep) => void>(callable),
};

export type FineTuneEncoderOptions = OptionsOf<typeof OPTIONS>;

/**
 * An encoder whose vectors of texts of one label are near each other, trained by contrast on examples. The
 * caller disposes of it; the encoder that is given stays as it is.
 *
 *     using encoder = await loadEncoder();
 *     using tuned = await train.fineTuneEncoder(encoder, rows, { layers: 1 });
 *
 * Other work gets its turn between steps. A classifier trains its own encoder in a thread, and only takes over
 * what is better: see `FewShotClassifier.fineTune`.
 *
 * @throws ArgumentTypeError or ArgumentRangeError for fewer than two labels, an encoder without layers or in
 *   another precision than float32, and wrong options; the signal's reason once it is aborted
 */
export async function fineTuneEncoder(
  encoder: SentenceEncoder,
  examples: readonly LabeledText[],
  options: FineTuneEncoderOptions = {},
): Promise<SentenceEncoder> {
  const operator = 'fineTuneEncoder';
  requireEncoder(encoder, operator);
  const { signal, onStep, ...rest } = readOptions(OPTIONS, options, operator);
  const numbered = numberedTexts(examples, operator);
  const settings = fineTuneSettings(rest, numbered.texts.length, operator);
  const work = fineTuneSteps(encoder.model, numbered, settings);
  try {
    for (;;) {
      signal?.throwIfAborted();
      const { done, value } = work.next();
      if (done) return withTrained(encoder, value, settings.blend);
      onStep?.(value);
      await nextTurn();
    }
  } finally {
    work.return({});
  }
}

/** Its tensors are its own: those that were not trained are on the memory of the encoder's. */
function withTrained(
  encoder: SentenceEncoder,
  trained: NamedTensors,
  share: number,
): SentenceEncoder {
  const mixed = blended(encoder.params, trained, share);
  disposeTree(trained);
  return encoder.withParams(mapTree(([own], path) => mixed[path] ?? own.detach(), encoder.params));
}

function numberedTexts(examples: readonly LabeledText[], operator: string): NumberedTexts {
  array(examples, 'rows { text, label }', 'examples', operator);
  const rows = examples.map((row, i) => {
    const { text, label } = objectOf(row, `examples[${i}]`, operator);
    const own = `of examples[${i}]`;
    return {
      text: string(text, `text ${own}`, operator),
      label: string(label, `label ${own}`, operator),
    };
  });
  const labels = [...new Set(rows.map(({ label }) => label))];
  if (labels.length < 2) {
    const expected = 'examples of at least 2 labels';
    throw outOfRange(expected, `examples of ${operator}`, labels.length, operator);
  }
  return { texts: rows.map(({ text }) => text), y: labelNumbers(rows, labels), labels };
}
