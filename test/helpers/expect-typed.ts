import { torch } from '../../lib/torch';

/** What nobody means, for arguments that are trees, tensors, options or functions. */
export const JUNK: readonly unknown[] = [undefined, null, 'x', Number.NaN, 5, {}, [undefined]];

/**
 * Asserts that `call` fails, if at all, by an error with a code, for each argument replaced by junk:
 * some junk can be meant.
 */
export function expectTyped(
  call: (...args: readonly never[]) => unknown,
  good: readonly unknown[],
): void {
  torch.scope(() => {
    for (const i of good.keys()) {
      for (const junk of JUNK) {
        const args = good.map((value, at) => (at === i ? junk : value));
        try {
          call(...(args as never[]));
        } catch (error) {
          expect(error).toHaveProperty('code', expect.stringMatching(/^ERR_TORCH_/));
        }
      }
    }
  });
}
