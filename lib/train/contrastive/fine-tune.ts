import { outOfRange } from '../../errors';
import type { Context } from '../../nn';
import { adamW } from '../../optim';
import type { TokenModel } from '../../text';
import { encodeBatch } from '../../text/encode-batch';
import type { TokenStates } from '../../text/encoders/token-states';
import { mergedParams, type NamedTensors, trainedParams } from '../../text/encoders/trained-params';
import { nameAsText } from '../../text/name-as-text';
import { RandomSource } from '../../text/random-source';
import { disposeTree, mapTree, type Tensor, type Tree, torch } from '../../torch';
import { contrastBatch, contrastPairs, type RowsByLabel, rowsByLabel } from './batches';
import type { FineTuneSettings } from './fine-tune-options';
import { cosinePairLoss, supervisedContrast, tokenContrast } from './losses';

/** Examples as numbers: texts with the numbers of their labels. */
export type NumberedTexts = {
  texts: readonly string[];
  y: readonly number[];
  /** What labels are called, by their numbers. */
  labels: readonly string[];
};

/** A step that was taken. */
export type FineTuneStep = {
  /** From 1 to `steps`. */
  step: number;
  steps: number;
  /** Of the step's batch, before the step. */
  loss: number;
};

/**
 * Trains parameters of an encoder so that texts of one label come near each other and others far. It stops
 * after every step, and returns the trained parameters by name, new tensors; those of the model stay.
 */
export function* fineTuneSteps(
  model: TokenModel,
  examples: NumberedTexts,
  settings: FineTuneSettings,
): Generator<FineTuneStep, NamedTensors> {
  const { steps, seed, weightDecay } = settings;
  const start = trainedParams(model, settings, 'fineTune');
  const batchOf = batches(model, examples, settings);
  const random = new RandomSource(seed);
  const context: Context = settings.dropout
    ? { training: true, generator: torch.generator(seed) }
    : {};
  const lossOf = torch.valueAndGrad((trained: NamedTensors, batch: Batch) =>
    batch(mergedParams(model.params, trained), context),
  );
  const optimizer = adamW({ learningRate: rateOf(settings), weightDecay });
  let run = torch.scope(() => {
    const params = mapTree(([own]) => own.clone(), start);
    return { params, state: optimizer.init(params) };
  });
  let finished = false;
  try {
    for (let step = 0; step < steps; step++) {
      let seen = Number.NaN;
      run = torch.replace(run, ({ params, state }) => {
        const { value, gradients } = lossOf(params, batchOf(random.fork(step)));
        seen = Number(value.item());
        return optimizer.update(gradients, state, params);
      });
      yield { step: step + 1, steps, loss: seen };
    }
    finished = true;
    return run.params;
  } finally {
    disposeTree(finished ? run.state : run);
  }
}

/** The loss of some texts by parameters of the model. */
type Batch = (params: Tree, context: Context) => Tensor;

function batches(
  model: TokenModel,
  examples: NumberedTexts,
  { loss, batchSize, temperature, labelNames }: FineTuneSettings,
): (random: RandomSource) => Batch {
  const { texts, y } = labelNames ? withLabelNames(examples) : examples;
  const ids = texts.map((text) => model.tokenize(text));
  const labels = rowsByLabel(y);
  const idsOf = (rows: readonly number[]): Int32Array[] => rows.flatMap((row) => ids[row] ?? []);
  const numbers = (values: readonly number[]): Tensor =>
    torch.tensor(BigInt64Array.from(values, BigInt));
  if (loss === 'cosine-pairs')
    return (random) => pairBatch(model, labels, batchSize, random, idsOf);
  const hidden = loss === 'token-contrast' ? tokenStatesOf(model) : undefined;
  return (random) => {
    const rows = contrastBatch(labels, batchSize, random);
    const own = rows.map((row) => y[row] ?? 0);
    return (params, context) => {
      if (hidden === undefined) {
        return supervisedContrast(
          model.embed(params, idsOf(rows), context),
          numbers(own),
          temperature,
        );
      }
      const { ids, mask, shape } = encodeBatch(idsOf(rows));
      const batch = { ids: torch.tensor(ids, { shape }), mask: torch.tensor(mask, { shape }) };
      return tokenContrast(hidden(params, batch, context), batch.mask, numbers(own), temperature);
    };
  };
}

/** What makes vectors of a model's tokens. */
function tokenStatesOf({ tokens, name }: TokenModel): TokenStates['hidden'] {
  if (tokens !== undefined) return (...input) => tokens.hidden(...input);
  const expected =
    'an encoder whose single tokens have vectors, such as BERT, for the loss token-contrast';
  throw outOfRange(expected, 'encoder of fineTune', name, 'fineTune');
}

/** The examples, and each label's name as one more. */
function withLabelNames({ texts, y, labels }: NumberedTexts): NumberedTexts {
  const names = labels.map(nameAsText);
  return { texts: [...texts, ...names], y: [...y, ...labels.keys()], labels };
}

function pairBatch(
  model: TokenModel,
  labels: RowsByLabel,
  size: number,
  random: RandomSource,
  idsOf: (rows: readonly number[]) => Int32Array[],
): Batch {
  const pairs = contrastPairs(labels, size, random);
  const targets = Float32Array.from(pairs, ([, , same]) => Number(same));
  const texts = [...idsOf(pairs.map(([one]) => one)), ...idsOf(pairs.map(([, other]) => other))];
  return (params, context) => {
    const x = model.embed(params, texts, context);
    const half = (from: number): Tensor => x.narrow(0, from, pairs.length);
    return cosinePairLoss(half(0), half(pairs.length), torch.tensor(targets));
  };
}

const WARM_UP = 0.1;

/** Rises over the first tenth of the steps, then falls to 0 in a straight line. */
export function rateOf({
  learningRate,
  steps,
}: Pick<FineTuneSettings, 'learningRate' | 'steps'>): (step: number) => number {
  const warm = Math.max(1, Math.round(WARM_UP * steps));
  return (step) =>
    step < warm
      ? (learningRate * (step + 1)) / warm
      : (learningRate * (steps - step)) / Math.max(1, steps - warm);
}
