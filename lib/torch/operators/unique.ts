import { flagsOf, knownOptions } from '../../check';
import { invalidArgument } from '../../errors';
import { isTensor, type Tensor } from '../tensor';
import { operatorNamed } from './dispatch';
import { named } from './named-results';

export type UniqueOptions = {
  /** Ascending; elements are sorted in any case along a dimension. Default: true. */
  sorted?: boolean;
  /** Where among the unique elements each element is. Default: false. */
  returnInverse?: boolean;
  /** How often each unique element occurs. Default: false. */
  returnCounts?: boolean;
  /** Unique slices along a dimension, instead of elements. Default: null. */
  dim?: number | null;
};

/** The unique elements, and what was asked for about them. */
export type UniqueResults = Tensor[] & {
  readonly output: Tensor;
  readonly inverseIndices: Tensor;
  readonly counts: Tensor;
};

const FLAGS = ['returnInverse', 'returnCounts'] as const;
const OPTIONS = ['sorted', 'dim', ...FLAGS] as const;

/**
 * The unique elements of a tensor, or its unique slices along `dim`. With `returnInverse` or `returnCounts` an
 * array of the unique elements and of what was asked for, in this order, with names.
 *
 *     torch.unique(x);
 *     const { output, counts } = torch.unique(x, { returnCounts: true });
 */
export function unique(
  input: Tensor,
  options?: UniqueOptions & { returnInverse?: false; returnCounts?: false },
): Tensor;
export function unique(input: Tensor, options: UniqueOptions): UniqueResults;
export function unique(input: Tensor, options: UniqueOptions = {}): Tensor | unknown[] {
  if (!isTensor(input)) throw invalidArgument('a tensor', 'input', input, 'unique');
  const { sorted = true, dim = null, ...flags } = knownOptions(options, OPTIONS, 'unique');
  const { returnInverse, returnCounts } = flagsOf(flags, FLAGS, 'unique');
  const found = (
    dim === null
      ? flat.call([input, sorted, returnInverse, returnCounts])
      : slices.call([input, dim, sorted, returnInverse, returnCounts])
  ) as Tensor[];
  const asked = [true, returnInverse, returnCounts];
  for (const [i, tensor] of found.entries()) if (!asked[i]) tensor.dispose();
  const [output] = found;
  if (output !== undefined && !returnInverse && !returnCounts) return output;
  const names = ['output', 'inverseIndices', 'counts'].filter((_, i) => asked[i]);
  return named(
    found.filter((_, i) => asked[i]),
    names,
  );
}

/** `unique` as a method. */
export type UniqueMethods = {
  /** The unique elements, or slices along a dimension; see `torch.unique`. */
  unique(options?: UniqueOptions & { returnInverse?: false; returnCounts?: false }): Tensor;
  unique(options: UniqueOptions): UniqueResults;
};

export const uniqueMethods = {
  unique(this: Tensor, options?: UniqueOptions): Tensor | unknown[] {
    return unique(this, options ?? {});
  },
};

const flat = operatorNamed('aten::_unique2');
const slices = operatorNamed('aten::unique_dim');
