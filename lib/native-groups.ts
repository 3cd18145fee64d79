import type { Handle } from './native-graph';

/** What came of a call of a process group. */
export type GroupOutcome = {
  /** Nothing if it has done its work. */
  readonly problem: '' | 'mismatch' | 'failed';
  readonly message: string;
  /** The ranks at fault. */
  readonly ranks: number[];
  readonly tensors: Handle[];
};

/** The part of the binding for process groups. */
export interface GroupBinding {
  /** Why there can be no process groups; undefined if there can. */
  distributedProblem(): string | undefined;
  createGroup(
    name: string,
    file: string,
    host: string,
    port: number,
    serves: boolean,
    address: string,
    rank: number,
    ranks: readonly number[],
    timeout: number,
    checkedCalls: number,
  ): Handle;
  releaseGroup(group: Handle): void;
  abortGroup(group: Handle, reason: string): void;
  runGroupCall(
    group: Handle,
    kind: number,
    tensors: Handle[],
    reduction: string,
    peer: number,
    tag: number,
    size: number,
  ): GroupOutcome;
  startGroupCall(
    group: Handle,
    kind: number,
    tensors: Handle[],
    reduction: string,
    peer: number,
    tag: number,
    size: number,
    callback: (outcome: GroupOutcome) => void,
  ): void;
}
