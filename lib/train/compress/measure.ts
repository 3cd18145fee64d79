import { statSync } from 'node:fs';
import { join } from 'node:path';
import { onDisk } from '../../files/on-disk';
import { weightFiles } from '../../text/encoders/hugging-face';
import { SentenceEncoder } from '../../text/encoders/sentence-encoder';
import { leaves, type Tree } from '../../torch';
import { itemSize } from '../../torch/dtype';
import { CONFIG_FILE, MODEL_FILE } from '../checkpoint';
import { type Estimate, estimate } from '../estimate';
import type { ModelTest } from '../runs/evaluate-model';
import type { MetaModel } from '../runs/model';
import { encoderPart } from './encoder-part';

/** How good a model is with a number of shots, and how good the one that was made of it. */
export type AccuracyChange = {
  readonly shots: number;
  readonly before: Estimate;
  readonly after: Estimate;
  /** After less before, over the same episodes. */
  readonly difference: Estimate;
};

/** The accuracies of two models in tests on the same episodes. */
export function accuracyChanges(before: ModelTest, after: ModelTest): AccuracyChange[] {
  return before.results.flatMap(({ shots, accuracies }, i) => {
    const others = after.results[i]?.accuracies;
    if (others === undefined) return [];
    const differences = others.map((accuracy, episode) => accuracy - (accuracies[episode] ?? 0));
    const [own, other] = [estimate(accuracies), estimate(others)];
    return [{ shots, before: own, after: other, difference: estimate(differences) }];
  });
}

/** How long two models take to make vectors of the same texts. */
export type EncodingTimes = {
  readonly texts: number;
  /** Medians in milliseconds. */
  readonly before: number;
  readonly after: number;
  /** How often each of them was timed. */
  readonly runs: number;
};

const RUNS = 7;

/** Times the encoders of two models in turns, so that what else the machine does slows both; the first turn is not counted. */
export function encodingTimes(
  before: MetaModel,
  after: MetaModel,
  texts: readonly string[],
): EncodingTimes {
  const models = [encoding(before), encoding(after)];
  const times: number[][] = [[], []];
  for (let run = 0; run <= RUNS; run++) {
    // Who is first changes with every run.
    for (const i of run % 2 === 0 ? [0, 1] : [1, 0]) {
      const began = performance.now();
      models[i]?.(texts);
      if (run > 0) times[i]?.push(performance.now() - began);
    }
  }
  const [first = 0, second = 0] = times.map(median);
  return { texts: texts.length, before: first, after: second, runs: RUNS };
}

/** Texts that an encoder of words reads at once. */
const BATCH = 32;

function encoding(model: MetaModel): (texts: readonly string[]) => void {
  const { vectorizer } = model.encoder;
  if (vectorizer instanceof SentenceEncoder) {
    return (texts) => vectorizer.encodeSync(texts).dispose();
  }
  const { encode } = encoderPart(model);
  return (texts) => {
    for (let from = 0; from < texts.length; from += BATCH) {
      encode(texts.slice(from, from + BATCH)).dispose();
    }
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/**
 * The bytes that a saved model takes on a disk: of its folder, and of the weights of a frozen encoder that lie
 * elsewhere.
 *
 * @throws TorchError `ERR_TORCH_FILE` if a file cannot be read
 */
export function bytesOnDisk(folder: string, model: MetaModel): number {
  const own = sizeOf([MODEL_FILE, CONFIG_FILE].map((name) => join(folder, name)));
  if (model.encoder.weights !== undefined) return own;
  const { fixed } = encoderPart(model);
  if (fixed === undefined) return own;
  const { spec, params } = fixed.encoder;
  const files = weightFiles(spec);
  return own + (files.length > 0 ? sizeOf(files) : bytesOf(params));
}

function sizeOf(files: readonly string[]): number {
  return files.reduce((sum, file) => sum + onDisk(file, 'read', () => statSync(file).size), 0);
}

function bytesOf(params: Tree): number {
  return leaves(params).reduce((sum, own) => sum + own.numel() * itemSize(own.dtype), 0);
}
