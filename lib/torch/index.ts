import { attention } from './attention';
import { grad, gradOrNull } from './autograd';
import { convMax } from './conv-max';
import { tensor } from './create';
import { cuda } from './cuda';
import { device, getNumThreads, setNumThreads } from './device';
import { full } from './full';
import { checkpoint } from './grad-checkpoint';
import { enableGrad, inferenceMode, isGradEnabled, noGrad } from './grad-modes';
import { gradcheck, gradgradcheck } from './gradcheck';
import { decodeBfloat16, decodeFloat16, encodeBfloat16, encodeFloat16 } from './half';
import { hessian, jacobian } from './jacobian';
import { assertNoLeaks, leaks } from './leaks';
import { maskedSoftmax } from './masked-softmax';
import { emptyCache, memory, memoryStats, resetPeakMemoryStats, setMemoryLimit } from './memory';
import {
  areDeterministicAlgorithmsEnabled,
  autocast,
  deterministic,
  getFloat32MatmulPrecision,
  isAutocastEnabled,
  setFloat32MatmulPrecision,
  useDeterministicAlgorithms,
} from './modes';
import { functions, ops } from './operators';
import { hvp, jvp, vjp } from './products';
import { broadcastShapes, canCast, promoteTypes, resultType } from './promotion';
import { generator, manualSeed } from './random';
import { scope } from './scope';
import { fromShared, releaseShared } from './shared';
import { ellipsis, slice } from './slice';
import { taskCrossEntropy } from './task-cross-entropy';
import { taskLayerNorm } from './task-layer-norm';
import { taskLinear, taskOuter, taskProduct } from './task-products';
import { valueAndGrad } from './value-and-grad';
import { vmap } from './vmap';

/**
 * libtorch: operators that are no methods of `Tensor` (`torch.zeros`, `torch.cat`, …), and what
 * surrounds them.
 */
export const torch = {
  ...functions,
  ops,
  tensor,
  full,
  fromShared,
  releaseShared,
  broadcastShapes,
  resultType,
  promoteTypes,
  canCast,
  decodeFloat16,
  encodeFloat16,
  decodeBfloat16,
  encodeBfloat16,
  slice,
  ellipsis,
  scope,
  leaks,
  assertNoLeaks,
  grad,
  gradOrNull,
  valueAndGrad,
  jacobian,
  hessian,
  vjp,
  jvp,
  hvp,
  gradcheck,
  gradgradcheck,
  vmap,
  checkpoint,
  attention,
  maskedSoftmax,
  convMax,
  taskCrossEntropy,
  taskLayerNorm,
  taskLinear,
  taskOuter,
  taskProduct,
  noGrad,
  enableGrad,
  isGradEnabled,
  inferenceMode,
  autocast,
  isAutocastEnabled,
  useDeterministicAlgorithms,
  deterministic,
  areDeterministicAlgorithmsEnabled,
  setFloat32MatmulPrecision,
  getFloat32MatmulPrecision,
  generator,
  manualSeed,
  device,
  cuda,
  memory,
  memoryStats,
  resetPeakMemoryStats,
  setMemoryLimit,
  emptyCache,
  getNumThreads,
  setNumThreads,
};

export type { DeviceMemoryStats, MemoryCounter, MemoryStats } from '../memory-stats';
export type { AttentionOptions } from './attention';
export type { GradOptions } from './autograd';
export type { TensorLike, TensorOptions } from './create';
export type { CudaGraph, GraphOptions } from './cuda-graph';
export type { Complex, Dtype, Scalar, TensorData } from './dtype';
export { DTYPES } from './dtype';
export type { FullOptions } from './full';
export type { CreateGraphOptions, Inputs, TreeFunction } from './function-inputs';
export type { GradcheckOptions, GradgradcheckOptions } from './gradcheck';
export { isTensor } from './handle';
export type { TensorIndex } from './index-plan';
export type { IndexPutOptions } from './indexing';
export type { Jacobian } from './jacobian';
export type { Layout, MemoryFormat } from './layout';
export type { LeakedTensor, LeakReport } from './leaks';
export type { AutocastOptions, MatmulPrecision } from './modes';
export { parseNpy, readNpy, serializeNpy, writeNpy } from './npy';
export { type NpzOptions, openNpz, readNpz, writeNpz } from './npz';
export type { NpzFile } from './npz-file';
export { Generator } from './random';
export {
  openSafetensors,
  readSafetensors,
  serializeSafetensors,
  writeSafetensors,
} from './safetensors';
export type { OpenOptions, SafetensorsFile } from './safetensors-file';
export { disposeTree } from './scope';
export type { SharedTensor, ShareOptions } from './shared';
export type { Ellipsis, Slice } from './slice';
export type { Event, EventOptions, Stream, StreamOptions } from './stream';
export { Tensor } from './tensor';
export { flattenTree, leaves, mapTree, type Tree, unflattenTree } from './tree';
export type { ValueAndGradOptions } from './value-and-grad';
export type { VmapOptions } from './vmap';
export type { VmapDims } from './vmap-dims';
