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

/** What is asked of a group. */
export type GroupCallArguments = [
  group: Handle,
  kind: number,
  tensors: Handle[],
  reduction: string,
  peer: number,
  tag: number,
  size: number,
];

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
  runGroupCall(...call: GroupCallArguments): GroupOutcome;
  startGroupCall(...call: [...GroupCallArguments, callback: (outcome: GroupOutcome) => void]): void;
}
