import type { DeviceMemoryStats, MemoryStats } from './memory-stats';
import type { GraphBinding, Handle } from './native-graph';
import type { GroupBinding } from './native-groups';

/** libtorch's number of a stream; with its device it names the stream. */
export type StreamId = number | bigint;

/** What a schema says about one argument of an operator. */
export interface ParameterInfo {
  name: string;
  /** The schema's type, for example `Tensor?`, `SymInt[]` or `ScalarType`. */
  type: string;
  /** The length of a list that also takes a single number; 0 otherwise. */
  length: number;
  keywordOnly: boolean;
  out: boolean;
  written: boolean;
  /** True where the argument may be left out. */
  optional: boolean;
  default?: string;
}

/** One overload of an operator as libtorch describes it. */
export interface OverloadInfo {
  id: number;
  name: string;
  overload: string;
  schema: string;
  parameters: ParameterInfo[];
  returns: { name: string; type: string }[];
}

/** The functions of libmetatorch. Tensors travel as handles; `null` stands for no tensor. */
export interface NativeBinding extends GraphBinding, GroupBinding {
  readonly runtimeVersion: string;
  readonly buildVersion: string;
  readonly cudaLoaded?: boolean;
  readonly cudaError?: string;

  dispatch(id: number, ...values: unknown[]): unknown;
  overloads(name: string): OverloadInfo[];
  operatorNames(namespace: string): string[];
  /** The name of a dtype that an operator returned as libtorch's number. */
  dtypeName(code: number): string;
  benchDispatch(id: number, a: Handle, b: Handle, count: number): number;

  grad(
    outputs: Handle[],
    inputs: Handle[],
    gradOutputs: (Handle | null)[] | null,
    retainGraph: boolean,
    createGraph: boolean,
    allowUnused: boolean,
  ): (Handle | null)[];
  backward(
    outputs: Handle[],
    gradOutputs: (Handle | null)[] | null,
    retainGraph: boolean,
    createGraph: boolean,
    inputs: Handle[] | null,
  ): void;
  gradOf(tensor: Handle): Handle | null;
  setGrad(tensor: Handle, gradient: Handle | null): void;
  requiresGrad(tensor: Handle): boolean;
  setRequiresGrad(tensor: Handle, value: boolean): void;
  isLeaf(tensor: Handle): boolean;
  retainGrad(tensor: Handle): void;
  version(tensor: Handle): number;
  gradMode(): boolean;
  setGradMode(enabled: boolean): void;
  enterInferenceMode(): void;
  leaveInferenceMode(): void;

  fromBytes(data: Uint8Array, dtype: string, shape: readonly number[]): Handle;
  mapTensor(file: number, position: number, dtype: string, shape: readonly number[]): Handle;
  /** A tensor on the array's own memory. */
  shareBytes(data: Uint8Array, dtype: string, shape: readonly number[]): Handle;
  toBytes(tensor: Handle, target: Uint8Array): void;
  item(tensor: Handle): number | bigint | boolean | { re: number; im: number };
  /** Of an int64 tensor with elements. */
  allWithin(tensor: Handle, least: number, greatest: number): boolean;
  shapeOf(tensor: Handle): number[];
  strideOf(tensor: Handle): number[];
  dtypeOf(tensor: Handle): string;
  deviceOf(tensor: Handle): string;
  layoutOf(tensor: Handle): string;
  ndimOf(tensor: Handle): number;
  numelOf(tensor: Handle): number;
  release(tensor: Handle): void;
  /** Gives the bytes made for them that live on, in views or saved by a graph. */
  releaseAll(handles: Int32Array, count: number): number;
  /**
   * Counts what the tensor holds among what collecting garbage could free, and of `released` bytes as many as its graph may
   * hold; gives how many of these are left.
   */
  leaveToCollector(tensor: Handle, released: number): number;
  /** Writes 1 for each handle on contiguous memory that only listed handles refer to, and only one of the first. */
  markOverwritable(handles: Int32Array, wanted: number): void;
  /** Has autograd refuse graphs that have saved these tensors. */
  noteChanges(handles: Int32Array): void;
  memory(): { tensors: number; bytes: number };
  memoryStatsOfCpu(): MemoryStats;
  resetPeakMemoryOfCpu(): void;
  setMemoryLimit(bytes: number | null): void;
  emptyCacheOfCpu(): void;

  /** The id under which any thread may take the tensor; 0 uses for no limit. */
  shareTensor(tensor: Handle, uses: number): string;
  takeShared(id: string): Handle;
  /** Whether the id held a tensor until now. */
  releaseShared(id: string): boolean;

  deviceCount(type: string): number;
  deviceName(index: number): string;
  synchronizeDevice(device: string): void;
  emptyCache(device: string): void;
  memoryStats(device: string): DeviceMemoryStats;
  resetPeakMemoryStats(device: string): void;

  currentStream(device: string): StreamId;
  newStream(device: string, priority: number): StreamId;
  exchangeStream(device: string, id: StreamId): StreamId;
  queryStream(device: string, id: StreamId): boolean;
  synchronizeStream(device: string, id: StreamId): void;
  recordOnStream(tensor: Handle, device: string, id: StreamId): void;
  createEvent(type: string, timing: boolean): Handle;
  releaseEvent(event: Handle): void;
  recordEvent(event: Handle, device: string, id: StreamId): void;
  blockStream(event: Handle, device: string, id: StreamId): void;
  queryEvent(event: Handle): boolean;
  synchronizeEvent(event: Handle): void;
  elapsedTime(start: Handle, end: Handle): number;

  /** True if this build has CUDA graphs: it was made where CUDA's headers are. */
  hasGraphs(): boolean;
  createGraph(): Handle;
  releaseGraph(graph: Handle): void;
  beginCapture(graph: Handle): void;
  endCapture(graph: Handle): void;
  replayGraph(graph: Handle): void;

  createGenerator(device: string): Handle;
  releaseGenerator(generator: Handle): void;
  seedGenerator(generator: Handle, seed: number | bigint): void;
  generatorState(generator: Handle): Handle;
  setGeneratorState(generator: Handle, state: Handle): void;
  manualSeed(seed: number | bigint): void;
  numThreads(): number;
  setNumThreads(count: number): void;
  runtimeInfo(): {
    numThreads: number;
    numInteropThreads: number;
    waitPolicy: string;
    cudaDevices: number;
    compiler: string;
    napiVersion: number;
  };

  autocast(device: string): { enabled: boolean; dtype: string };
  setAutocast(device: string, enabled: boolean, dtype: string): void;
  enterAutocast(): void;
  leaveAutocast(): void;
  deterministic(): boolean;
  setDeterministic(value: boolean): void;
  matmulPrecision(): string;
  setMatmulPrecision(precision: string): void;
  /** Of the whole process. */
  defaultDtype(): string;
  setDefaultDtype(dtype: string): void;
  /** How many threads have loaded the bindings, this one included. */
  threadsInUse(): number;

  enterVmap(size: number, randomness: string): number;
  leaveVmap(): void;
  vmapDepth(): number;
  isBatched(tensor: Handle): boolean;
  addBatchDim(tensor: Handle, dim: number, level: number): Handle;
  removeBatchDim(tensor: Handle, dim: number, level: number): Handle;
  varyAlongAll(tensor: Handle): Handle;

  /** Leaves the innermost level for a while: its size and randomness. */
  lowerVmap(): [size: number, randomness: string];
  raiseVmap(): void;
  /** Without the innermost level, and which dimension is its. */
  peelLevel(tensor: Handle): [tensor: Handle, dim: number | null];

  defaultGenerator(device: string): Handle;

  setErrorFactory(factory: (kind: string, message: string, operator: string) => Error): void;
  /** The listener is called after the call in which libtorch first warned of something. */
  setWarningListener(listener: (message: string) => void): void;
}
