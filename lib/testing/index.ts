export { assertClose, tensorMatchers, tensorsAreEqual } from './matchers';
export type { CloseOptions } from './tolerances';

import type { Tensor } from '../torch';
import type { CloseOptions } from './tolerances';

declare global {
  // What `expect.extend(tensorMatchers)` adds, where Jest's types are.
  namespace jest {
    interface Expect {
      addEqualityTesters(testers: ((a: unknown, b: unknown) => boolean | undefined)[]): void;
    }
    // biome-ignore lint/complexity/noBannedTypes: merges with Jest's own, whose parameters it repeats
    interface Matchers<R, T = {}> {
      toEqualTensor(expected: Tensor): R;
      toBeCloseToTensor(expected: Tensor, options?: CloseOptions): R;
    }
  }
}
