/** An index into the native table of tensors or generators; exactly one object owns it. */
export type Handle = number;

/** Called by a graph with tensors, which it then owns, and with what else it has to know. */
export type GraphFunction = (handles: (Handle | null)[], flags: boolean[]) => void;

/** The number of an operator of a graph, which it does not keep alive. */
export type GraphNode = number;

/** The functions of libmetatorch for graphs that call JavaScript. Tensors travel as handles. */
export interface GraphBinding {
  beginCheckpoint(inputs: Handle[], recompute: GraphFunction): void;
  endCheckpoint(): void;
  /** Makes `outputs` those of an operator of `inputs`: null for each that stays, else its successor. */
  recordFunction(
    name: string,
    inputs: Handle[],
    outputs: Handle[],
    dirtyInputs: number[],
    constantOutputs: number[],
    saved: Handle[],
    materializeGrads: boolean,
    backward: GraphFunction,
  ): (Handle | null)[];
  /** Within a function that a graph calls: its result. */
  answer(tensors: (Handle | null)[], later: GraphFunction | null): void;
  /** Within the backward of a recorded function: what it has saved. */
  savedTensors(): Handle[];
  removeGraphFunction(id: number): void;
  enterSavedTensorHooks(pack: GraphFunction): void;
  leaveSavedTensorHooks(): void;
  registerHook(tensor: Handle, hook: GraphFunction): number;
  registerPostAccumulateGradHook(leaf: Handle, hook: GraphFunction): number;
  gradFn(tensor: Handle): GraphNode | null;
  nodeName(node: GraphNode): string;
  nodeAddress(node: GraphNode): number;
  nextNodes(node: GraphNode): [node: GraphNode | null, inputNumber: number][];
  nodeVariable(node: GraphNode): Handle | null;
  registerNodeHook(node: GraphNode, hook: GraphFunction): number;
  registerNodePreHook(node: GraphNode, hook: GraphFunction): number;
  enterAnomalies(capture: GraphFunction, checkNan: boolean): void;
  leaveAnomalies(): void;
  /** The operator whose backward has failed, and what tells where it was called. */
  takeFailure(): [name: string, origin: GraphFunction[]] | null;
}
