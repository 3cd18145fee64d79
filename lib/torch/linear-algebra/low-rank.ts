import {
  flag,
  type OptionsOf,
  optional,
  positiveInteger,
  type ReadOptions,
  readOptions,
  refuseSurplus,
  stepCount,
  withDefault,
} from '../../check';
import { ArgumentRangeError, invalidArgument } from '../../errors';
import { requireTensor, wrongShape } from '../check-tensors';
import type { USV } from '../operators/generated/results';
import { named } from '../operators/named-results';
import { functions, namespaces } from '../operators/operators';
import { type Generator, isGenerator } from '../random';
import { scope } from '../scope';
import type { Tensor } from '../tensor';

const generatorCheck = (value: unknown, name: string, operator: string): Generator => {
  if (isGenerator(value)) return value;
  throw invalidArgument('a generator', `${name} of ${operator}`, value, operator);
};

const SVD = {
  /** The rank of the approximation, a little above that of A. Default: 6. */
  q: withDefault(positiveInteger, 6),
  /** Steps of the power iteration. Default: 2. */
  niter: withDefault(stepCount, 2),
  /** What is subtracted from A, such as its mean; broadcast to its shape. Default: nothing. */
  M: optional<Tensor | null>((value, name, operator) =>
    value === null ? null : requireTensor(value, name, operator),
  ),
  /** What the random start is drawn from. Default: the default generator. */
  generator: optional<Generator>(generatorCheck),
};

const PCA = {
  /** The rank, at most min(m, n). Default: the least of 6, m and n. */
  q: optional(positiveInteger),
  /** Subtract the mean of each column. Default: true. */
  center: withDefault(flag, true),
  niter: SVD.niter,
  generator: SVD.generator,
};

export type SvdLowrankOptions = OptionsOf<typeof SVD>;
export type PcaLowrankOptions = OptionsOf<typeof PCA>;

/**
 * The largest singular values of a matrix `[…, m, n]` and their vectors, from products with `q` random
 * vectors: `U […, m, q]`, `S […, q]` and `V […, n, q]` with `A ≈ U · diag(S) · Vᴴ`. It is for large
 * matrices of low rank, also sparse ones; for others `torch.linalg.svd` is exact and as fast.
 *
 *     const { U, S, V } = torch.svdLowrank(A, { q: 10 });
 *
 * Halko, Martinsson and Tropp, Finding structure with randomness, 2009, algorithms 4.4 and 5.1.
 *
 * @throws ArgumentTypeError for what is not a matrix of floating-point or complex numbers
 */
export function svdLowrank(A: Tensor, options: SvdLowrankOptions = {}, ...surplus: never[]): USV {
  refuseSurplus(surplus, 'svdLowrank');
  requireMatrix(A, 'svdLowrank');
  return svd(A, readOptions(SVD, options, 'svdLowrank'));
}

/**
 * The first `q` principal components of `m` rows of `n` features `[…, m, n]`: the columns of `V`, as
 * `svdLowrank` finds them in `A` without the mean of its columns. `S² / (m − 1)` are their variances,
 * and `A.matmul(V)` projects onto them.
 *
 *     const { V } = torch.pcaLowrank(features, { q: 2 });
 *
 * @throws ArgumentTypeError for what is not a matrix of floating-point or complex numbers; ArgumentRangeError
 *   if `q` is above min(m, n)
 */
export function pcaLowrank(A: Tensor, options: PcaLowrankOptions = {}, ...surplus: never[]): USV {
  refuseSurplus(surplus, 'pcaLowrank');
  const { m, n } = requireMatrix(A, 'pcaLowrank');
  const { q = Math.min(6, m, n), center, ...more } = readOptions(PCA, options, 'pcaLowrank');
  if (q > Math.min(m, n)) {
    const most = `at most min(m, n) = ${Math.min(m, n)}`;
    throw new ArgumentRangeError(`Expected ${most} for q of pcaLowrank but received ${q}`);
  }
  return scope(() => svd(A, { q, ...more, ...(center && { M: columnMeans(A) }) }));
}

/** `[…, 1, n]`, which a sparse matrix has no operator for but a product with ones. */
function columnMeans(A: Tensor): Tensor {
  if (A.layout === 'strided') return A.mean([-2], true);
  const { dtype, device } = A;
  const ones = functions.ones([sizeOf(A, -2), 1], { dtype, device });
  return A.mH.matmul(ones).conj().mT.div(sizeOf(A, -2));
}

function svd(A: Tensor, { q, niter, M, generator }: ReadOptions<typeof SVD>): USV {
  return scope(() => {
    const isWide = sizeOf(A, -2) < sizeOf(A, -1);
    const mean = M?.broadcastTo(A.shape);
    const tall = isWide ? A.mH : A;
    const own = new Difference(tall, isWide ? mean?.mH : mean);
    const Q = basisOf(own, q, niter, generator);
    // Qᴴ(A − M), as products with A on the left: sparse matrices have those alone.
    const B = own.adjointTimes(Q).mH;
    const { U, S, Vh } = namespaces.linalg.svd(B, false);
    const left = Q.matmul(U);
    const results = isWide ? [Vh.mH, S, left] : [left, S, Vh.mH];
    return named(results, ['U', 'S', 'V']) as USV;
  });
}

/** `A − M`, which is never formed. */
class Difference {
  readonly #A: Tensor;
  readonly #M: Tensor | undefined;
  constructor(A: Tensor, M: Tensor | undefined) {
    this.#A = A;
    this.#M = M;
  }

  times(X: Tensor): Tensor {
    const product = this.#A.matmul(X);
    return this.#M === undefined ? product : product.sub(this.#M.matmul(X));
  }

  adjointTimes(X: Tensor): Tensor {
    const product = this.#A.mH.matmul(X);
    return this.#M === undefined ? product : product.sub(this.#M.mH.matmul(X));
  }

  /** Random columns for its rows. */
  start(q: number, generator: Generator | undefined): Tensor {
    const { dtype, device } = this.#A;
    const own = { dtype, device, ...(generator !== undefined && { generator }) };
    return functions.randn([sizeOf(this.#A, -1), q], own);
  }
}

/** Orthonormal columns Q with Q·Qᴴ·(A − M) ≈ A − M. */
function basisOf(A: Difference, q: number, niter: number, generator?: Generator): Tensor {
  const orthonormal = (X: Tensor): Tensor => namespaces.linalg.qr(X).Q;
  let Q = orthonormal(A.times(A.start(q, generator)));
  for (let i = 0; i < niter; i++) {
    Q = orthonormal(A.adjointTimes(Q));
    Q = orthonormal(A.times(Q));
  }
  return Q;
}

function sizeOf(A: Tensor, dim: number): number {
  return A.shape.at(dim) ?? 0;
}

function requireMatrix(A: unknown, operator: string): { m: number; n: number } {
  const matrix = requireTensor(A, 'A', operator);
  if (matrix.ndim < 2) throw wrongShape('[…, m, n]', 'matrix A', matrix.shape, operator);
  if (!matrix.isFloatingPoint() && !matrix.isComplex()) {
    const expected = 'a matrix of floating-point or complex numbers';
    throw invalidArgument(expected, `A of ${operator}`, matrix.dtype, operator);
  }
  return { m: sizeOf(matrix, -2), n: sizeOf(matrix, -1) };
}
