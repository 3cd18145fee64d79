import { enableGrad, grad, gradOrNull, inferenceMode, isGradEnabled, noGrad } from './autograd';
import { tensor } from './create';
import { getNumThreads, memory, setNumThreads } from './device';
import { functions, ops } from './operators';
import { generator, manualSeed } from './random';
import { scope } from './scope';
import { ellipsis, slice } from './slice';

/**
 * libtorch: operators that are no methods of `Tensor` (`torch.zeros`, `torch.cat`, …), and what
 * surrounds them.
 */
export const torch = {
  ...functions,
  ops,
  tensor,
  slice,
  ellipsis,
  scope,
  grad,
  gradOrNull,
  noGrad,
  enableGrad,
  isGradEnabled,
  inferenceMode,
  generator,
  manualSeed,
  memory,
  getNumThreads,
  setNumThreads,
};

export type { GradOptions } from './autograd';
export type { TensorLike, TensorOptions } from './create';
export type { Complex, Dtype, Scalar, TensorData } from './dtype';
export { DTYPES } from './dtype';
export { isTensor } from './handle';
export type { TensorIndex } from './index-plan';
export type { IndexPutOptions } from './indexing';
export type { Layout, MemoryFormat } from './layout';
export { Generator } from './random';
export {
  openSafetensors,
  readSafetensors,
  serializeSafetensors,
  writeSafetensors,
} from './safetensors';
export type { SafetensorsFile } from './safetensors-file';
export { disposeTree } from './scope';
export type { Ellipsis, Slice } from './slice';
export { Tensor } from './tensor';
export { flattenTree, leaves, mapTree, type Tree, unflattenTree } from './tree';
