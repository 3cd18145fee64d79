import { leaves, type Tensor, type Tree, torch, type VmapOptions } from '../../lib/torch';
import { expectClose } from './gradients';

const TOLERANCE = 1e-12;

/** What vmap stands for: a loop over slices, whose results are stacked along the first dimension. */
export function loop(fn: (...args: Tensor[]) => Tree, args: readonly Tensor[]): Tensor[] {
  const size = args[0]?.shape[0] ?? 0;
  const results = Array.from({ length: size }, (_, i) =>
    leaves(fn(...args.map((arg) => arg.select(0, i)))),
  );
  const [first = []] = results;
  return first.map((_, k) => torch.stack(results.map((result) => result[k] as Tensor)));
}

/** Asserts that vmap of a function gives what a loop over samples gives. */
export function expectLikeLoop(
  fn: (...args: Tensor[]) => Tree,
  args: readonly Tensor[],
  options: VmapOptions = {},
): void {
  torch.scope(() => {
    const found = leaves(torch.vmap(fn, options)(...args));
    const expected = loop(fn, args);
    expect(found.length).toBe(expected.length);
    for (const [i, tensor] of found.entries()) {
      expectClose(tensor, expected[i] as Tensor, TOLERANCE);
    }
  });
}
