import { type Tensor, torch } from '../../../lib/torch';
import { difference } from '../../conformance/compare';
import type { TensorSource } from '../../conformance/decode';
import type { CallRecord } from '../../conformance/record';
import { type Sample, sampleOf } from './vmap-sample';

/**
 * Which of an operator's tensors vary among the samples, and how it is called. Where none does, what
 * weighs the results in their gradients varies, as it does for Jacobians.
 */
export type Variant = { readonly varying: readonly number[]; readonly inPlace: boolean };

export type Verdict = {
  readonly op: string;
  readonly variant: string;
  readonly outcome: 'agrees' | 'refused' | 'differs' | 'other error';
  /** What differs, or why it was refused. */
  readonly cause: string;
};

type Results = Readonly<Record<string, Tensor>>;

const SAMPLES = 3;

/** Compares vmap of an operator and of its gradients with a loop, for all that may vary. */
export function sweep(record: CallRecord, source: TensorSource): Verdict[] {
  return torch.scope(() => {
    const sample = sampleOf(record, source);
    return variantsOf(sample).flatMap((variant) => {
      const name = nameOf(variant, sample);
      const verdict = torch.scope(() => compare(record, sample, variant));
      return verdict === undefined ? [] : [{ op: record.op, variant: name, ...verdict }];
    });
  });
}

function variantsOf({ tensors, leaves, hasInPlace }: Sample): Variant[] {
  const all = tensors.flatMap((tensor, i) => (tensor.layout === 'strided' ? [i] : []));
  const dense = leaves.filter((leaf) => all.includes(leaf));
  const sets = [dense, ...dense.map((leaf) => [leaf]), all].filter((set) => set.length > 0);
  if (dense.length > 0) sets.push([]);
  const distinct = [...new Map(sets.map((set) => [set.join(), set])).values()];
  return (hasInPlace ? [false, true] : [false]).flatMap((inPlace) =>
    distinct.map((varying) => ({ varying, inPlace })),
  );
}

function nameOf({ varying, inPlace }: Variant, { tensors }: Sample): string {
  const some = varying.length === tensors.length ? 'all' : varying.join('+');
  const what = varying.length === 0 ? 'weights' : some;
  return inPlace ? `in place, ${what}` : what;
}

function compare(
  record: CallRecord,
  sample: Sample,
  variant: Variant,
): Pick<Verdict, 'outcome' | 'cause'> | undefined {
  const { varying } = variant;
  const stacked = sample.tensors.map((tensor, i) =>
    varying.includes(i) ? vary(tensor.detach(), sample.leaves.includes(i)) : tensor.detach(),
  );
  const scales = varying.length === 0 ? vary(torch.ones([], { dtype: 'float64' }), true) : null;
  const run = (tensors: readonly Tensor[], scale: Tensor | null): Results =>
    resultsOf(record, sample, tensors, { inPlace: variant.inPlace, scale });
  let expected: Results;
  try {
    expected = loop(run, stacked, varying, scales);
  } catch {
    // Not to be had of a single sample either, such as of a copy in place that must be broadcast.
    return undefined;
  }
  try {
    const inDims = [stacked.map((_, i) => (varying.includes(i) ? 0 : null)), scales && 0];
    const found = torch.vmap(run, { inDims, randomness: 'same' })(stacked, scales);
    for (const [name, value] of Object.entries(expected)) {
      const wrong = difference(found[name], value, record.compare);
      if (wrong !== undefined) return { outcome: 'differs', cause: `${name}: ${wrong}` };
    }
    return { outcome: 'agrees', cause: '' };
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    const outcome = code === 'ERR_TORCH_VMAP' ? 'refused' : 'other error';
    return { outcome, cause: `${code}: ${message.split('\n')[0]}` };
  }
}

/** Samples that are alike but not the same; where no gradient is asked for they are the same. */
function vary(tensor: Tensor, isLeaf: boolean): Tensor {
  const scale = (i: number): Tensor => (isLeaf ? tensor.mul(1 - 0.03 * i) : tensor.clone());
  return torch.stack(Array.from({ length: SAMPLES }, (_, i) => scale(i)));
}

type Run = (tensors: readonly Tensor[], scale: Tensor | null) => Results;

function loop(
  run: Run,
  stacked: readonly Tensor[],
  varying: readonly number[],
  scales: Tensor | null,
): Results {
  // Each sample has memory of its own, as operators that look at strides see it.
  const at = (tensor: Tensor, i: number): Tensor => tensor.select(0, i).clone();
  const each = Array.from({ length: SAMPLES }, (_, i) =>
    run(
      stacked.map((tensor, k) => (varying.includes(k) ? at(tensor, i) : tensor)),
      scales && at(scales, i),
    ),
  );
  const names = Object.keys(each[0] ?? {});
  return Object.fromEntries(
    names.map((name) => [name, torch.stack(each.map((results) => results[name] as Tensor))]),
  );
}

/** The results, and their first and second gradients. */
function resultsOf(
  record: CallRecord,
  sample: Sample,
  tensors: readonly Tensor[],
  { inPlace, scale }: { inPlace: boolean; scale: Tensor | null },
): Results {
  const own = tensors.map((tensor, i) =>
    sample.leaves.includes(i) ? tensor.detach().requiresGrad_() : tensor,
  );
  const variables = sample.leaves.map((leaf) => own[leaf] as Tensor);
  const outputs = sample.call(own, inPlace);
  const first = record.first !== null && 'gradients' in record.first;
  const gradients = first ? gradientsOf(outputs, variables, scale) : [];
  const second = record.second !== null && 'gradients' in record.second;
  const further = second ? gradientsOf(gradients, variables, scale) : [];
  return {
    ...named('result', outputs),
    ...named('gradient', gradients),
    ...named('second gradient', further),
  };
}

function named(name: string, tensors: readonly Tensor[]): Results {
  return Object.fromEntries(tensors.map((tensor, i) => [`${name} ${i}`, tensor]));
}

function gradientsOf(
  outputs: readonly Tensor[],
  variables: readonly Tensor[],
  scale: Tensor | null,
): Tensor[] {
  const from = outputs.filter((output) => output.requiresGrad && output.layout === 'strided');
  // A gradient that depends on nothing need not be recorded.
  if (from.length === 0) return variables.map((variable) => variable.zerosLike());
  const found = torch.gradOrNull(from, variables, {
    gradOutputs: from.map((output) => weightsLike(output, scale)),
    createGraph: true,
  });
  return found.map((gradient, i) => gradient ?? (variables[i] as Tensor).zerosLike());
}

/** Fixed weights that tell elements apart. */
function weightsLike({ shape, dtype, device }: Tensor, scale: Tensor | null): Tensor {
  const count = shape.reduce((product, size) => product * size, 1);
  const weights = torch
    .arange(1, count + 1, { dtype: 'float64' })
    .cos()
    .reshape(shape);
  return (scale === null ? weights : weights.mul(scale)).to(device).to(dtype);
}
