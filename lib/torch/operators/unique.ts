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
  requireInput(input, 'unique');
  const { sorted = true, dim = null, ...flags } = knownOptions(options, OPTIONS, 'unique');
  const { returnInverse, returnCounts } = flagsOf(flags, FLAGS, 'unique');
  const found = (
    dim === null
      ? flat.call([input, sorted, returnInverse, returnCounts])
      : slices.call([input, dim, sorted, returnInverse, returnCounts])
  ) as Tensor[];
  return askedFor(found, returnInverse, returnCounts);
}

export type UniqueConsecutiveOptions = Omit<UniqueOptions, 'sorted'>;

/**
 * As `unique`, but only what repeats the element, or the slice along `dim`, just before it is left out.
 *
 *     torch.uniqueConsecutive(torch.tensor([1, 1, 2, 1])); // [1, 2, 1]
 *     const { output, counts } = torch.uniqueConsecutive(x, { returnCounts: true });
 */
export function uniqueConsecutive(
  input: Tensor,
  options?: UniqueConsecutiveOptions & { returnInverse?: false; returnCounts?: false },
): Tensor;
export function uniqueConsecutive(input: Tensor, options: UniqueConsecutiveOptions): UniqueResults;
export function uniqueConsecutive(
  input: Tensor,
  options: UniqueConsecutiveOptions = {},
): Tensor | unknown[] {
  requireInput(input, 'uniqueConsecutive');
  const { dim = null, ...flags } = knownOptions(options, ['dim', ...FLAGS], 'uniqueConsecutive');
  const { returnInverse, returnCounts } = flagsOf(flags, FLAGS, 'uniqueConsecutive');
  const found = consecutive.call([input, returnInverse, returnCounts, dim]) as Tensor[];
  return askedFor(found, returnInverse, returnCounts);
}

function requireInput(input: unknown, operator: string): void {
  if (!isTensor(input)) throw invalidArgument('a tensor', 'input', input, operator);
}

/** The unique elements alone, or those of the operator's three results that were asked for. */
function askedFor(
  found: readonly Tensor[],
  returnInverse: boolean,
  returnCounts: boolean,
): Tensor | unknown[] {
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

/** `unique` and `uniqueConsecutive` as methods. */
export type UniqueMethods = {
  /** The unique elements, or slices along a dimension; see `torch.unique`. */
  unique(options?: UniqueOptions & { returnInverse?: false; returnCounts?: false }): Tensor;
  unique(options: UniqueOptions): UniqueResults;
  /** Without what repeats the element, or slice, just before; see `torch.uniqueConsecutive`. */
  uniqueConsecutive(
    options?: UniqueConsecutiveOptions & { returnInverse?: false; returnCounts?: false },
  ): Tensor;
  uniqueConsecutive(options: UniqueConsecutiveOptions): UniqueResults;
};

export const uniqueMethods = {
  unique(this: Tensor, options?: UniqueOptions): Tensor | unknown[] {
    return unique(this, options ?? {});
  },
  uniqueConsecutive(this: Tensor, options?: UniqueConsecutiveOptions): Tensor | unknown[] {
    return uniqueConsecutive(this, options ?? {});
  },
};

const flat = operatorNamed('aten::_unique2');
const slices = operatorNamed('aten::unique_dim');
const consecutive = operatorNamed('aten::unique_consecutive');
