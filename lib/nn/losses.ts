import { checkOptions, flag, numberWhere, oneOf } from '../check';
import { invalidArgument, outOfRange } from '../errors';
import { type Tensor, torch } from '../torch';
import { sameShape, shapeOf, wrongShape } from '../torch/check-tensors';

/** How the losses of single examples become one. */
export type Reduction = 'mean' | 'sum' | 'none';

export type LossOptions = {
  /**
   * `mean` over all examples of all tasks, `sum` of them, or `none` for the loss of each. Default:
   * `mean`.
   */
  reduction?: Reduction;
  /** Reduce every task by itself, to `[T]`. Needs a task axis. Default: false. */
  perTask?: boolean;
};

export type CrossEntropyOptions = LossOptions & {
  /** ε: the share of the target that is spread over all classes, in [0, 1]. Default: 0. */
  labelSmoothing?: number;
  /** Examples with this label do not count, in means either. Default: no label is ignored. */
  ignoreIndex?: number;
};

// ATen's numbers for a reduction.
const NONE = 0;
const REDUCTIONS: Readonly<Record<Reduction, number>> = { none: NONE, mean: 1, sum: 2 };
const reductionOf = oneOf('mean', 'sum', 'none');

// No label is this one. libtorch's default would pass over examples labelled -100 silently.
const IGNORE_NOTHING = Number.MIN_SAFE_INTEGER;

/**
 * −log softmax(logits)[label]: logits `[n, C]` with int64 labels `[n]`, or with a task axis
 * `[T, n, C]` and `[T, n]`. Gives a scalar; `[T]` with `perTask`; the labels' shape for `none`.
 *
 * The mean of no examples is NaN, except that with `perTask` it is 0 for a task whose examples are all
 * ignored.
 *
 * @throws ArgumentRangeError if the shapes do not fit; TorchError `ERR_TORCH_INDEX` if a label is not
 *   in [0, C)
 */
export function crossEntropy(
  logits: Tensor,
  labels: Tensor,
  options: CrossEntropyOptions = {},
): Tensor {
  const name = 'crossEntropy';
  checkOptions(options, ['reduction', 'perTask', 'labelSmoothing', 'ignoreIndex'], name);
  const { labelSmoothing = 0 } = options;
  const ignoreIndex = checkIgnored(options.ignoreIndex, name);
  const unit = (value: number) => value >= 0 && value <= 1;
  numberWhere(unit, 'a number in [0, 1]', labelSmoothing, 'labelSmoothing', name);
  const shape = checkLabels(logits, labels, name);
  const { reduction, perTask } = checkReduction(options, shape.length === 3, name);
  if (perTask && reduction === 'mean' && labelSmoothing === 0 && !shape.slice(0, -1).includes(0)) {
    return torch.taskCrossEntropy(logits, labels, ignoreIndex ?? IGNORE_NOTHING);
  }
  const separate = perTask || reduction === 'none';
  const tasks = shape.length === 3;
  const losses = (tasks ? logits.flatten(0, 1) : logits).crossEntropyLoss(
    tasks ? labels.flatten() : labels,
    null,
    separate ? NONE : REDUCTIONS[reduction],
    ignoreIndex ?? IGNORE_NOTHING,
    labelSmoothing,
  );
  if (!separate) return losses;
  const each = tasks ? losses.view(labels.shape) : losses;
  if (reduction === 'none') return each;
  if (reduction === 'sum') return each.sum([1]);
  return ignoreIndex === undefined
    ? each.mean([1])
    : each.sum([1]).div(counted(labels, ignoreIndex).sum([1]).clampMin(1));
}

/**
 * (prediction − target)² for tensors of one shape, `[n, ...]` or `[T, n, ...]`. Gives a scalar; `[T]`
 * with `perTask`; the predictions' shape for `none`.
 *
 * @throws ArgumentRangeError if the shapes differ
 */
export function mse(predictions: Tensor, targets: Tensor, options: LossOptions = {}): Tensor {
  checkOptions(options, ['reduction', 'perTask'], 'mse');
  const shape = shapeOf(predictions, 'predictions', 'mse');
  const targetShape = shapeOf(targets, 'targets', 'mse');
  if (!sameShape(shape, targetShape)) {
    throw wrongShape(`[${shape.join(', ')}]`, 'targets', targetShape, 'mse');
  }
  const { reduction, perTask } = checkReduction(options, shape.length >= 2, 'mse');
  if (!perTask || reduction === 'none') return predictions.mseLoss(targets, REDUCTIONS[reduction]);
  const each = predictions.mseLoss(targets, NONE).flatten(1);
  return reduction === 'sum' ? each.sum([1]) : each.mean([1]);
}

export type AccuracyOptions = {
  /** Examples with this label are not counted. Default: no label is ignored. */
  ignoreIndex?: number;
};

/**
 * The share of examples whose greatest logit is that of their label, in [0, 1]; NaN for no examples.
 * Logits that are NaN are never the right answer, and a label outside [0, C) has none.
 * Shapes as in `crossEntropy`; with `perTask` a tensor `[T]`.
 *
 * @throws ArgumentRangeError if the shapes do not fit
 */
export function accuracy(
  logits: Tensor,
  labels: Tensor,
  options: AccuracyOptions & { perTask: true },
): Tensor;
export function accuracy(
  logits: Tensor,
  labels: Tensor,
  options?: AccuracyOptions & { perTask?: false },
): number;
export function accuracy(
  logits: Tensor,
  labels: Tensor,
  options: AccuracyOptions & { perTask?: boolean } = {},
): Tensor | number {
  checkOptions(options, ['perTask', 'ignoreIndex'], 'accuracy');
  const shape = checkLabels(logits, labels, 'accuracy');
  const { perTask } = checkReduction(options, shape.length === 3, 'accuracy');
  return torch.scope(() => {
    const ignoreIndex = checkIgnored(options.ignoreIndex, 'accuracy');
    const [greatest, found] = logits.detach().max(-1);
    const right = found.eq(labels).mul(greatest.eq(greatest));
    const total = ignoreIndex === undefined ? labels.onesLike() : counted(labels, ignoreIndex);
    const dims = perTask ? [1] : [...shape.slice(1).keys()];
    const share = right.mul(total).sum(dims).to('float64').div(total.sum(dims));
    return perTask ? share.to('float32') : Number(share.item());
  });
}

function checkIgnored(index: number | undefined, operator: string): number | undefined {
  if (index === undefined) return undefined;
  return numberWhere(Number.isSafeInteger, 'an integer', index, 'ignoreIndex', operator);
}

function counted(labels: Tensor, ignoreIndex: number): Tensor {
  return labels.ne(ignoreIndex);
}

/** Returns the logits' shape if it is `[n, C]` or `[T, n, C]` and the labels' shape the rest of it. */
function checkLabels(logits: Tensor, labels: Tensor, operator: string): number[] {
  const shape = shapeOf(logits, 'logits', operator);
  const labelShape = shapeOf(labels, 'labels', operator);
  if (shape.length !== 2 && shape.length !== 3) {
    throw wrongShape('[n, C] or [T, n, C]', 'logits', shape, operator);
  }
  const expected = shape.slice(0, -1);
  if (labelShape.join() !== expected.join()) {
    throw wrongShape(`[${expected.join(', ')}]`, 'labels', labelShape, operator);
  }
  if (labels.dtype === 'int64') return shape;
  throw invalidArgument('int64', `the labels of ${operator}`, labels.dtype, operator);
}

function checkReduction(
  { reduction = 'mean', perTask = false }: LossOptions,
  tasks: boolean,
  operator: string,
): Required<LossOptions> {
  reductionOf(reduction, 'reduction', operator);
  flag(perTask, 'perTask', operator);
  if (perTask && !tasks) {
    throw outOfRange('false without a task axis', `perTask of ${operator}`, perTask, operator);
  }
  return { reduction, perTask };
}
