import type { Tensor } from '../torch';

/** `weight` `[out, in]` or `[T, out, in]`, `bias` `[out]` or `[T, out]`, each with tasks or without. */
export type LinearParams = { weight: Tensor; bias?: Tensor };
