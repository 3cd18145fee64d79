import { integerFrom, optional, positiveInteger, string, withDefault } from '../../check';
import { type OptionsOf, readOptions } from '../../check/schema';
import { array } from '../../check/values';
import { invalidArgument, outOfRange, TorchError } from '../../errors';
import { binding } from '../binding';
import { CALLS, run, start } from './group-call';
import { addressBeside, placeOf, rankFrom } from './init-method';
import { handleOfGroup, meetingOf, ProcessGroup, releaseGroup } from './process-group';

/** PyTorch's own, in milliseconds. */
const HALF_AN_HOUR = 30 * 60 * 1000;

function checkedCalls(value: unknown, name: string, operator: string): number {
  if (value === true) return Number.MAX_SAFE_INTEGER;
  if (value === false) return 0;
  return integerFrom(0, value, name, operator);
}

function timeoutOf(value: unknown, name: string, operator: string): number {
  return integerFrom(200, value, name, operator, 2 ** 31 - 1);
}

function backendOf(value: unknown, name: string, operator: string): 'gloo' {
  if (value === 'gloo') return value;
  if (value !== 'nccl') throw invalidArgument("'gloo'", `${name} of ${operator}`, value, operator);
  throw new TorchError(
    'ERR_TORCH_NOT_IMPLEMENTED',
    `${operator}: Expected 'gloo' for backend but received 'nccl', which this build of metatorch has not: move tensors by tensor.cpu() before they are exchanged`,
    { operator },
  );
}

const OPTIONS = {
  /** Only `'gloo'`, for tensors on the CPU. */
  backend: withDefault(backendOf, 'gloo'),
  /**
   * Where ranks find each other. Default: `'env://'`, the variables that torchrun sets. `'tcp://host:port'`: rank
   * 0 listens there. `'file:///path'`: a file that is not there yet, in a folder that all ranks see.
   */
  initMethod: withDefault(string, 'env://'),
  /** This process's number, from 0. Default: `RANK` of the environment. */
  rank: optional((value: unknown, name: string, operator: string) =>
    integerFrom(0, value, name, operator),
  ),
  /** How many processes there are. Default: `WORLD_SIZE` of the environment. */
  worldSize: optional(positiveInteger),
  /** The milliseconds that a call may wait for the others, from 200. Default: half an hour, as PyTorch's. */
  timeout: withDefault(timeoutOf, HALF_AN_HOUR),
  /** The address or name by which other machines reach this one. Default: libtorch's choice. */
  address: withDefault(string, ''),
  /**
   * Whether ranks compare what they are about to do before data moves, so that a rank with another shape is an
   * error on all of them, not a hang. It costs one exchange of 256 bytes a call: as much as a small call
   * itself, nothing beside a large one. A number compares that many calls from the start, enough where every
   * step is as the first. False is for groups with ranks of other programs, as PyTorch's own. Default: true.
   */
  checks: withDefault(checkedCalls, Number.MAX_SAFE_INTEGER),
};

/** Options of `initProcessGroup`. */
export type InitOptions = Omit<OptionsOf<typeof OPTIONS>, 'checks' | 'backend'> & {
  backend?: 'gloo' | 'nccl' | undefined;
  checks?: boolean | number | undefined;
};

let all: ProcessGroup | undefined;
const others = new Set<ProcessGroup>();
/** Groups that have been joined: it names the next one, the same on all ranks. */
let joined = 0;

/** The group of all ranks. */
export function defaultGroup(operator: string): ProcessGroup {
  if (all !== undefined) return all;
  const message = `${operator}: Expected initProcessGroup to have been called, or a group`;
  throw new TorchError('ERR_TORCH_DISTRIBUTED', message, { operator });
}

function prepare(options: InitOptions): ProcessGroup {
  const operator = 'initProcessGroup';
  if (all !== undefined) {
    const message = `${operator}: Expected no group of all ranks, but there is one; destroyProcessGroup() ends it`;
    throw new TorchError('ERR_TORCH_DISTRIBUTED', message, { operator });
  }
  const read = readOptions(OPTIONS, options, operator);
  const { initMethod, timeout, address, checks } = read;
  const { rank, worldSize } = rankFrom(read, operator);
  const place = placeOf(initMethod, rank, operator);
  const ranks = Array.from({ length: worldSize }, (_, i) => i);
  const meeting = {
    ...place,
    address: address || addressBeside(place.host),
    timeout,
    checkedCalls: checks,
  };
  return new ProcessGroup(String(joined), rank, ranks, meeting);
}

const JOIN = { operator: 'initProcessGroup', kind: CALLS.join } as const;

function keep(group: ProcessGroup): ProcessGroup {
  joined++;
  return group;
}

/**
 * Joins the other processes of the job, and waits until all are there, with the thread.
 *
 *     torch.distributed.initProcessGroup(); // under torchrun
 *
 * @throws ArgumentTypeError or ArgumentRangeError for wrong options, or variables of the environment
 * @throws TorchError `ERR_TORCH_DISTRIBUTED`, with the `ranks` that have not come within `timeout`;
 *   `ERR_TORCH_NOT_IMPLEMENTED` where libtorch, or this build, lacks what it needs
 */
export function initProcessGroup(options: InitOptions = {}): ProcessGroup {
  const group = prepare(options);
  try {
    run(group, JOIN);
  } catch (error) {
    releaseGroup(group);
    throw error;
  }
  all = keep(group);
  return group;
}

/** As `initProcessGroup`, but the event loop goes on meanwhile. */
export async function initProcessGroupAsync(options: InitOptions = {}): Promise<ProcessGroup> {
  const group = prepare(options);
  all = group;
  try {
    await start(group, JOIN);
  } catch (error) {
    all = undefined;
    releaseGroup(group);
    throw error;
  }
  return keep(group);
}

/**
 * A group of some of the ranks, or undefined on a rank that is not one of them. All ranks of the job call it, in
 * the same order.
 *
 * @throws ArgumentRangeError for ranks that are not there, or twice; otherwise as `initProcessGroup`
 */
export function newGroup(ranks: readonly number[]): ProcessGroup | undefined {
  const operator = 'newGroup';
  const parent = defaultGroup(operator);
  const list = array(ranks, 'ranks', 'ranks', operator).map((rank, i) =>
    integerFrom(0, rank, `ranks[${i}]`, operator, parent.size - 1),
  );
  const sorted = list.toSorted((a, b) => a - b);
  if (sorted.length === 0 || new Set(sorted).size < sorted.length) {
    throw outOfRange('at least one rank, and each once', 'ranks', ranks, operator);
  }
  const rank = sorted.indexOf(parent.rank);
  if (rank < 0) {
    joined++;
    return undefined;
  }
  const meeting = { ...meetingOf(parent), serves: false };
  const group = new ProcessGroup(String(joined), rank, sorted, meeting);
  try {
    run(group, { ...JOIN, operator });
  } catch (error) {
    releaseGroup(group);
    throw error;
  }
  others.add(group);
  return keep(group);
}

/** True between `initProcessGroup` and `destroyProcessGroup`. */
export function isInitialized(): boolean {
  return all !== undefined;
}

/** This process's number in the group, by default that of all ranks. */
export function getRank(group: ProcessGroup = defaultGroup('getRank')): number {
  return group.rank;
}

/** How many ranks there are in the group, by default that of all ranks. */
export function getWorldSize(group: ProcessGroup = defaultGroup('getWorldSize')): number {
  return group.size;
}

/**
 * Leaves a group; by default all of them. Calls that still wait fail. Ranks that have work in common call
 * `barrier` before, so that none leaves while another still needs it.
 */
export function destroyProcessGroup(group?: ProcessGroup): void {
  if (group !== undefined && group !== all) {
    handleOfGroup(group, 'destroyProcessGroup');
    others.delete(group);
    releaseGroup(group);
    return;
  }
  for (const other of others) releaseGroup(other);
  others.clear();
  if (all !== undefined) releaseGroup(all);
  all = undefined;
}

/**
 * Ends all calls of all ranks of a group, by default that of all ranks: they fail with the reason and this rank's
 * number.
 */
export function abort(reason: string, group: ProcessGroup = defaultGroup('abort')): void {
  string(reason, 'reason', 'abort');
  binding.abortGroup(handleOfGroup(group, 'abort'), reason);
}
