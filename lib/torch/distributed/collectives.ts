import { integerFrom, oneOf, optional, required, withDefault } from '../../check';
import { type OptionsOf, readOptions } from '../../check/schema';
import { invalidArgument } from '../../errors';
import type { Dtype } from '../dtype';
import type { Tensor } from '../tensor';
import { CALLS, type GroupCall, run, start } from './group-call';
import { defaultGroup } from './init';
import { moved, movedList, template } from './moved-tensors';
import { type ProcessGroup, processGroupOf } from './process-group';

const OPS = ['sum', 'product', 'min', 'max', 'avg'] as const;

/** What `allReduce` and `reduceScatter` make of the ranks' numbers. */
export type ReduceOp = (typeof OPS)[number];

// Greater ones are those of messages between the two sides.
const MOST_TAG = 2 ** 28 - 1;

function tagOf(value: unknown, name: string, operator: string): number {
  return integerFrom(0, value, name, operator, MOST_TAG);
}

function rankOf(value: unknown, name: string, operator: string): number {
  return integerFrom(0, value, name, operator);
}

const GROUP = { group: optional(processGroupOf) };
const REDUCE = { op: withDefault(oneOf(...OPS), 'sum'), ...GROUP };
const SOURCE = { src: withDefault(rankOf, 0), ...GROUP };
const SEND = { dst: required(rankOf), tag: withDefault(tagOf, 0), ...GROUP };
const RECV = {
  src: required(rankOf),
  tag: withDefault(tagOf, 0),
  shape: required<readonly number[]>((value) => value),
  dtype: withDefault<Dtype>((value) => value, 'float32'),
  ...GROUP,
};

/** The group of a call; the default is that of all ranks. */
export type GroupOptions = OptionsOf<typeof GROUP>;
/** `op` is `'sum'`, unless another is given. */
export type ReduceOptions = OptionsOf<typeof REDUCE>;
/** `src` is the rank of the group, 0 by default, whose tensor all get. */
export type BroadcastOptions = OptionsOf<typeof SOURCE>;
/** `dst` is a rank of the group; messages with another tag, 0 by default, do not meet. */
export type SendOptions = OptionsOf<typeof SEND>;
/** `shape` and `dtype`, float32 by default, are those of what `src` sends. */
export type RecvOptions = OptionsOf<typeof RECV>;

type Prepared = { readonly group: ProcessGroup; readonly call: GroupCall };

function reducing(tensor: Tensor, options: ReduceOptions): Prepared {
  const operator = 'allReduce';
  const { op, group = defaultGroup(operator) } = readOptions(REDUCE, options, operator);
  const tensors = [moved(tensor, operator, op)];
  return { group, call: { operator, kind: CALLS.allReduce, tensors, op } };
}

function scattering(tensors: readonly Tensor[], options: ReduceOptions): Prepared {
  const operator = 'reduceScatter';
  const { op, group = defaultGroup(operator) } = readOptions(REDUCE, options, operator);
  const checked = movedList(tensors, group.size, operator, op);
  return { group, call: { operator, kind: CALLS.reduceScatter, tensors: checked, op } };
}

function gathering(tensor: Tensor, options: GroupOptions): Prepared {
  const operator = 'allGather';
  const { group = defaultGroup(operator) } = readOptions(GROUP, options, operator);
  return { group, call: { operator, kind: CALLS.allGather, tensors: [moved(tensor, operator)] } };
}

function broadcasting(tensor: Tensor, options: BroadcastOptions): Prepared {
  const operator = 'broadcast';
  const { src, group = defaultGroup(operator) } = readOptions(SOURCE, options, operator);
  const peer = member(src, 'src', group, operator);
  const tensors = [moved(tensor, operator)];
  return { group, call: { operator, kind: CALLS.broadcast, tensors, peer } };
}

function waiting(options: GroupOptions): Prepared {
  const operator = 'barrier';
  const { group = defaultGroup(operator) } = readOptions(GROUP, options, operator);
  return { group, call: { operator, kind: CALLS.barrier } };
}

function sending(tensor: Tensor, options: SendOptions): Prepared {
  const operator = 'send';
  const { dst, tag, group = defaultGroup(operator) } = readOptions(SEND, options, operator);
  const peer = otherMember(dst, 'dst', group, operator);
  return {
    group,
    call: { operator, kind: CALLS.send, tensors: [moved(tensor, operator)], peer, tag },
  };
}

function receiving(options: RecvOptions): Prepared {
  const operator = 'recv';
  const {
    src,
    tag,
    shape,
    dtype,
    group = defaultGroup(operator),
  } = readOptions(RECV, options, operator);
  const peer = otherMember(src, 'src', group, operator);
  const tensors = [template(shape, dtype, operator)];
  return { group, call: { operator, kind: CALLS.recv, tensors, peer, tag } };
}

function member(rank: number, name: string, group: ProcessGroup, operator: string): number {
  return integerFrom(0, rank, name, operator, group.size - 1);
}

function otherMember(rank: number, name: string, group: ProcessGroup, operator: string): number {
  if (member(rank, name, group, operator) !== group.rank) return rank;
  throw invalidArgument('another rank than its own', `${name} of ${operator}`, rank, operator);
}

const one = ([tensor]: readonly Tensor[]): Tensor => {
  if (tensor !== undefined) return tensor;
  throw new Error('Expected a tensor of the call but received none');
};

const now = ({ group, call }: Prepared): Tensor[] => run(group, call);
const later = ({ group, call }: Prepared): Promise<Tensor[]> => start(group, call);

/**
 * A new tensor with the sum over all ranks, or what else `op` says, the same bits on each of them. The tensor
 * given stays as it is.
 *
 *     const sum = torch.distributed.allReduce(gradient);
 *
 * As every call of a group, all its ranks make it, in the same order, with tensors of the same shape and
 * dtype on the CPU. It waits with the thread; `allReduceAsync` does not.
 *
 * @throws ArgumentTypeError if a rank makes another call, or its tensor differs: on all ranks
 * @throws TorchError `ERR_TORCH_DISTRIBUTED`, with the `ranks` at fault, if a rank has ended, hangs, is cut off
 *   or does not come in time; the group is of no use from then on
 */
export function allReduce(tensor: Tensor, options: ReduceOptions = {}): Tensor {
  return one(now(reducing(tensor, options)));
}

/** As `allReduce`, but the event loop goes on meanwhile, and none of libuv's threads waits. */
export async function allReduceAsync(tensor: Tensor, options: ReduceOptions = {}): Promise<Tensor> {
  return one(await later(reducing(tensor, options)));
}

/** The tensors of all ranks, in their order. Throws as `allReduce`. */
export function allGather(tensor: Tensor, options: GroupOptions = {}): Tensor[] {
  return now(gathering(tensor, options));
}

/** As `allGather`, but the event loop goes on meanwhile. */
export async function allGatherAsync(
  tensor: Tensor,
  options: GroupOptions = {},
): Promise<Tensor[]> {
  return later(gathering(tensor, options));
}

/**
 * A new tensor with the numbers that the tensor of rank `src` has. Those of the others say only what shape and
 * dtype they expect. Throws as `allReduce`.
 */
export function broadcast(tensor: Tensor, options: BroadcastOptions = {}): Tensor {
  return one(now(broadcasting(tensor, options)));
}

/** As `broadcast`, but the event loop goes on meanwhile. */
export async function broadcastAsync(
  tensor: Tensor,
  options: BroadcastOptions = {},
): Promise<Tensor> {
  return one(await later(broadcasting(tensor, options)));
}

/**
 * Of a list with one tensor for each rank, the sum over all ranks of that for this rank. Throws as
 * `allReduce`.
 */
export function reduceScatter(tensors: readonly Tensor[], options: ReduceOptions = {}): Tensor {
  return one(now(scattering(tensors, options)));
}

/** As `reduceScatter`, but the event loop goes on meanwhile. */
export async function reduceScatterAsync(
  tensors: readonly Tensor[],
  options: ReduceOptions = {},
): Promise<Tensor> {
  return one(await later(scattering(tensors, options)));
}

/** Waits until all ranks have come here. Throws as `allReduce`. */
export function barrier(options: GroupOptions = {}): void {
  now(waiting(options));
}

/** As `barrier`, but the event loop goes on meanwhile. */
export async function barrierAsync(options: GroupOptions = {}): Promise<void> {
  await later(waiting(options));
}

/**
 * Sends a tensor to one rank, and waits until that rank has it. Two ranks that both send first wait for each
 * other; the asynchronous forms do not. Throws as `allReduce`.
 */
export function send(tensor: Tensor, options: SendOptions): void {
  now(sending(tensor, options));
}

/** As `send`, but the event loop goes on meanwhile. */
export async function sendAsync(tensor: Tensor, options: SendOptions): Promise<void> {
  await later(sending(tensor, options));
}

/** What one rank sends. Throws as `allReduce`. */
export function recv(options: RecvOptions): Tensor {
  return one(now(receiving(options)));
}

/** As `recv`, but the event loop goes on meanwhile. */
export async function recvAsync(options: RecvOptions): Promise<Tensor> {
  return one(await later(receiving(options)));
}
