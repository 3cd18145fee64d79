import { invalidArgument, TorchError } from '../../errors';
import { binding } from '../binding';

/** How ranks find each other: the first groups of all ranks agree in everything but `rank` and `serves`. */
export type Meeting = {
  /** A file on which all ranks can lock and write; empty for a server. */
  readonly file: string;
  readonly host: string;
  readonly port: number;
  /** Whether this rank is the server. */
  readonly serves: boolean;
  /** The address that others reach this rank at; empty for libtorch's choice. */
  readonly address: string;
  /** Milliseconds. */
  readonly timeout: number;
  readonly checkedCalls: number;
};

/** The native group of a process group that has not been destroyed. @internal */
export let handleOfGroup: (group: ProcessGroup, operator: string) => number;

/** @internal */
export let meetingOf: (group: ProcessGroup) => Meeting;

/** Ends the native group, if that has not been done. @internal */
export let releaseGroup: (group: ProcessGroup) => void;

/** Ranks that make the same calls in the same order; made by `initProcessGroup` and `newGroup`. */
export class ProcessGroup {
  /** This process's number in the group, from 0. */
  readonly rank: number;
  /** The rank in the job of each rank of the group. */
  readonly ranks: readonly number[];
  readonly #meeting: Meeting;
  #handle: number | undefined;

  /** @internal */
  constructor(name: string, rank: number, ranks: readonly number[], meeting: Meeting) {
    requireDistributed();
    const { file, host, port, serves, address, timeout, checkedCalls } = meeting;
    this.rank = rank;
    this.ranks = [...ranks];
    this.#meeting = meeting;
    this.#handle = binding.createGroup(
      name,
      file,
      host,
      port,
      serves,
      address,
      rank,
      ranks,
      timeout,
      checkedCalls,
    );
  }

  /** How many ranks there are. */
  get size(): number {
    return this.ranks.length;
  }

  static {
    handleOfGroup = (group, operator) => {
      if (!(group instanceof ProcessGroup)) {
        throw invalidArgument('a process group', 'group', group, operator);
      }
      if (group.#handle !== undefined) return group.#handle;
      const message = `${operator}: The process group has been destroyed`;
      throw new TorchError('ERR_TORCH_DISPOSED', message, { operator });
    };
    meetingOf = (group) => group.#meeting;
    releaseGroup = (group) => {
      if (group.#handle === undefined) return;
      const handle = group.#handle;
      group.#handle = undefined;
      binding.releaseGroup(handle);
    };
  }
}

/** Returns `value` if it is a process group. */
export function processGroupOf(value: unknown, name: string, operator: string): ProcessGroup {
  if (value instanceof ProcessGroup) return value;
  throw invalidArgument('a process group', `${name} of ${operator}`, value, operator);
}

/** True if libtorch brings c10d with Gloo along, and this build of metatorch was made for it. */
export function isAvailable(): boolean {
  return binding.distributedProblem() === undefined;
}

function requireDistributed(): void {
  const problem = binding.distributedProblem();
  if (problem === undefined) return;
  throw new TorchError(
    'ERR_TORCH_NOT_IMPLEMENTED',
    `torch.distributed cannot be used: ${problem}`,
    { operator: 'initProcessGroup' },
  );
}
