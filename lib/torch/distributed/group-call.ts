import { ArgumentTypeError, TorchError } from '../../errors';
import type { GroupCallArguments, GroupOutcome } from '../../native-groups';
import { binding } from '../binding';
import { handleOf } from '../handle';
import { type Tensor, tensorOf } from '../tensor';
import { handleOfGroup, type ProcessGroup } from './process-group';

/** The numbers of calls in native code. */
export const CALLS = {
  join: 0,
  allReduce: 1,
  allGather: 2,
  broadcast: 3,
  reduceScatter: 4,
  barrier: 5,
  send: 6,
  recv: 7,
} as const;

/** One call of a group, checked. */
export type GroupCall = {
  readonly operator: string;
  readonly kind: (typeof CALLS)[keyof typeof CALLS];
  readonly tensors?: readonly Tensor[];
  readonly op?: string;
  readonly peer?: number;
  readonly tag?: number;
};

/** Makes the call and waits for it, with the thread. */
export function run(group: ProcessGroup, call: GroupCall): Tensor[] {
  return tensorsOf(binding.runGroupCall(...nativeArguments(group, call)), call.operator);
}

/** Makes the call; the event loop goes on while other threads wait for it. */
export function start(group: ProcessGroup, call: GroupCall): Promise<Tensor[]> {
  return new Promise((resolve, reject) => {
    binding.startGroupCall(...nativeArguments(group, call), (outcome) => {
      try {
        resolve(tensorsOf(outcome, call.operator));
      } catch (error) {
        reject(error);
      }
    });
  });
}

function nativeArguments(group: ProcessGroup, call: GroupCall): GroupCallArguments {
  const { operator, kind, tensors = [], op = '', peer = 0, tag = 0 } = call;
  const handle = handleOfGroup(group, operator);
  return [handle, kind, tensors.map(handleOf), op, peer, tag, group.size];
}

function tensorsOf({ problem, message, ranks, tensors }: GroupOutcome, operator: string): Tensor[] {
  if (problem === '') return tensors.map(tensorOf);
  const text = message.startsWith('Expected ') ? message : `${operator}: ${message}`;
  if (problem === 'mismatch') throw new ArgumentTypeError(text, operator);
  throw new TorchError('ERR_TORCH_DISTRIBUTED', text, { operator, ranks });
}
