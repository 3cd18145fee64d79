import { all, type Check, type CheckedArguments, written } from './checked-arguments';

/** Row exchanges (pivots): as many as the factors have rows. */
function pivots(
  factors: string,
  exchanges: string,
  count: (sizes: readonly number[]) => number,
): Check {
  return (args) => {
    const { shape = [] } = args.tensor(factors) ?? {};
    args.require(shape.length >= 2, 'at least 2 dimensions', factors, written(shape));
    args.requireShape(args.tensor(exchanges), [...shape.slice(0, -2), count(shape.slice(-2))]);
  };
}

/** Negative exchanges stand for blocks of two rows, so that they come in pairs. */
function wholeBlocks(args: CheckedArguments): void {
  const rows = args.tensor('LD')?.shape.at(-2) ?? 0;
  const numbers = args.tensor('pivots')?.integers() ?? [];
  for (let at = 0; at < numbers.length; at += rows) {
    const exchanges = numbers.slice(at, at + rows);
    const inside = exchanges.every((row) => row !== 0 && Math.abs(row) <= rows);
    const negative = exchanges.map((row) => (row < 0 ? '-' : '+')).join('');
    const paired = negative.split('+').every((run) => run.length % 2 === 0);
    const expected = `numbers from 1 to ${rows}, and pairs of negative ones for blocks of two,`;
    args.require(inside && paired, expected, 'pivots', written(exchanges));
  }
}

/** Solvers that take factors and their row exchanges. */
export const LINEAR_ALGEBRA_PRECONDITIONS: Readonly<Record<string, Check>> = {
  'aten::lu_unpack': pivots('LUData', 'LUPivots', (sizes) => Math.min(...sizes)),
  'aten::linalg_ldl_solve': all(
    pivots('LD', 'pivots', ([rows = 0]) => rows),
    wholeBlocks,
  ),
};
