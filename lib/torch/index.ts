import { autograd } from './autograd';
import { checkpoint } from './autograd/checkpoint';
import { grad, gradOrNull } from './autograd/grad';
import {
  enableGrad,
  inferenceMode,
  isGradEnabled,
  isInferenceModeEnabled,
  noGrad,
  setGradEnabled,
} from './autograd/grad-modes';
import { gradcheck, gradgradcheck } from './autograd/gradcheck';
import { hessian, jacobian } from './autograd/jacobian';
import { valueAndGrad } from './autograd/value-and-grad';
import { hvp, jvp, vjp } from './autograd/vjp-jvp';
import { insideVmap, vmap } from './autograd/vmap';
import { asTensor } from './create/as-tensor';
import { tensor } from './create/create';
import { full } from './create/full';
import { decodeBfloat16, decodeFloat16, encodeBfloat16, encodeFloat16 } from './create/half';
import { fromShared, releaseShared } from './create/shared';
import { cuda } from './cuda/cuda';
import { getDefaultDevice, setDefaultDevice } from './defaults/default-device';
import { getDefaultDtype, setDefaultDtype } from './defaults/default-dtype';
import { device, getNumThreads, setNumThreads } from './device';
import { distributed } from './distributed/distributed';
import { finfo, iinfo } from './dtype-info';
import { func } from './func';
import { attention } from './fused/attention';
import { convMax } from './fused/conv-max';
import { maskedSoftmax } from './fused/masked-softmax';
import { taskCrossEntropy } from './fused/task-cross-entropy';
import { taskLayerNorm } from './fused/task-layer-norm';
import { taskLinear, taskOuter, taskProduct } from './fused/task-products';
import { TensorHandle } from './handle';
import { assertNoLeaks, leaks } from './leaks';
import { pcaLowrank, svdLowrank } from './linear-algebra/low-rank';
import { norm } from './linear-algebra/norm';
import { emptyCache, memory, memoryStats, resetPeakMemoryStats, setMemoryLimit } from './memory';
import { answerMissingNames } from './missing-names';
import {
  areDeterministicAlgorithmsEnabled,
  autocast,
  deterministic,
  getFloat32MatmulPrecision,
  isAutocastEnabled,
  setFloat32MatmulPrecision,
  useDeterministicAlgorithms,
} from './modes';
import type { TorchFunctions } from './operators/generated/functions';
import { functions, namespaces } from './operators/operators';
// Kept in the declarations, where the one above is left out: it gives `Tensor` its methods.
import './operators/operators';
import { ops } from './operators/ops';
import { broadcastShapes, canCast, promoteTypes, resultType } from './operators/promotion';
import { nonzero, tensordot } from './operators/python-forms';
import { ellipsis, slice } from './operators/slice';
import { unique, uniqueConsecutive } from './operators/unique';
import { unravelIndex } from './operators/unravel-index';
import { setPrintOptions } from './printing/print-options';
import { generator, getRngState, initialSeed, manualSeed, seed, setRngState } from './random';
import { replace } from './replace';
import { scope } from './scope';
import { Tensor } from './tensor';

const own = {
  ...namespaces,
  ops,
  tensor,
  asTensor,
  nonzero,
  tensordot,
  unique,
  uniqueConsecutive,
  unravelIndex,
  svdLowrank,
  pcaLowrank,
  norm,
  finfo,
  iinfo,
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
  replace,
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
  autograd,
  func,
  insideVmap,
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
  setGradEnabled,
  inferenceMode,
  isInferenceModeEnabled,
  getDefaultDtype,
  setDefaultDtype,
  getDefaultDevice,
  setDefaultDevice,
  autocast,
  isAutocastEnabled,
  useDeterministicAlgorithms,
  deterministic,
  areDeterministicAlgorithmsEnabled,
  setFloat32MatmulPrecision,
  getFloat32MatmulPrecision,
  generator,
  manualSeed,
  seed,
  initialSeed,
  getRngState,
  setRngState,
  setPrintOptions,
  device,
  cuda,
  distributed,
  memory,
  memoryStats,
  resetPeakMemoryStats,
  setMemoryLimit,
  emptyCache,
  getNumThreads,
  setNumThreads,
};

/** The type of `torch`: the operators as functions, PyTorch's namespaces, and what surrounds them. */
export interface Torch extends TorchFunctions, Own {}

type Own = typeof own;

/**
 * libtorch: every operator as a function (`torch.zeros`, `torch.cat`, `torch.exp`), those of PyTorch's
 * modules in namespaces (`torch.linalg.inv`), and what surrounds them.
 */
export const torch: Torch = { ...functions, ...own };

answerMissingNames([
  { name: 'tensor', names: Tensor.prototype, last: TensorHandle.prototype },
  { name: 'torch', names: torch },
  ...Object.entries({ ...namespaces, autograd, func }).map(([name, names]) => ({
    name: `torch.${name}`,
    names,
  })),
]);

export type { DeviceMemoryStats, MemoryCounter, MemoryStats } from '../memory-stats';
export type { Argnums, Selected } from './autograd/argnums';
export type { FunctionContext, SavedTensors } from './autograd/function/context';
export type { VmapInfo } from './autograd/function/function-class';
export type {
  CreateGraphOptions,
  DerivativeOptions,
  Inputs,
  TreeFunction,
} from './autograd/function-inputs';
export type { GradOptions } from './autograd/grad';
export type { GradcheckOptions, GradgradcheckOptions } from './autograd/gradcheck';
export type { DetectAnomalyOptions } from './autograd/graph/detect-anomaly';
export { GradFn } from './autograd/graph/grad-fn';
export { HookHandle } from './autograd/graph/hook-handle';
export type { Jacobian } from './autograd/jacobian';
export type { ValueAndGradOptions } from './autograd/value-and-grad';
export type { VmapOptions } from './autograd/vmap';
export type { VmapDims } from './autograd/vmap-dims';
export type { AsTensorOptions } from './create/as-tensor';
export type { TensorLike, TensorOptions } from './create/create';
export type { FullOptions } from './create/full';
export type { SharedTensor, ShareOptions } from './create/shared';
export type { CudaGraph, GraphOptions } from './cuda/cuda-graph';
export type { Event, EventOptions, Stream, StreamOptions } from './cuda/stream';
export type { DefaultDtype } from './defaults/default-dtype';
export type {
  BroadcastOptions,
  GroupOptions,
  RecvOptions,
  ReduceOp,
  ReduceOptions,
  SendOptions,
} from './distributed/collectives';
export type { InitOptions } from './distributed/init';
export type { ProcessGroup } from './distributed/process-group';
export type { Complex, Dtype, Scalar, TensorData } from './dtype';
export { DTYPES } from './dtype';
export type { FloatInfo, IntegerInfo } from './dtype-info';
export { parseNpy, readNpy, serializeNpy, writeNpy } from './files/npy';
export { type NpzOptions, openNpz, readNpz, writeNpz } from './files/npz';
export type { NpzFile } from './files/npz-file';
export {
  openSafetensors,
  readSafetensors,
  serializeSafetensors,
  writeSafetensors,
} from './files/safetensors';
export type { OpenOptions, SafetensorsFile } from './files/safetensors-file';
export type { Functional } from './func/ensemble';
export type { JacobianOptions } from './func/jacobians';
export type { Linearized } from './func/linearize';
export type { AttentionOptions } from './fused/attention';
export type { Layout, MemoryFormat } from './layout';
export type { LeakedTensor, LeakReport } from './leaks';
export type { NormArguments, NormOptions, NormOrder } from './linear-algebra/norm';
export type { AutocastOptions, MatmulPrecision } from './modes';
export type { TensorIndex } from './operators/index-plan';
export type { IndexPutOptions } from './operators/indexing';
export type { OperatorByName } from './operators/ops';
export type { Ellipsis, Slice } from './operators/slice';
export type { UniqueOptions, UniqueResults } from './operators/unique';
export type { PrintOptions } from './printing/print-options';
export { Generator } from './random';
export { disposeTree } from './scope';
export { isTensor, Tensor } from './tensor';
export { flattenTree, leaves, mapTree, type Tree, unflattenTree } from './tree';
