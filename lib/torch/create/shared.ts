import { knownOptions, refuseSurplus } from '../../check';
import { invalidArgument, outOfRange } from '../../errors';
import { binding } from '../binding';
import { handleOf } from '../handle';
import { type Tensor, tensorOf } from '../tensor';

/**
 * What another thread turns into a tensor on the same memory: a plain object that goes through
 * `postMessage` and `workerData`. It is valid in this process only.
 */
export type SharedTensor = { readonly kind: 'metatorch.shared'; readonly id: string };

/** Options of `share`. */
export type ShareOptions = {
  /** How often the token may be taken; the last time releases it. Default: any number of times. */
  uses?: number;
};

/** Methods of `Tensor` for other threads. */
export type SharingMethods = {
  /**
   * A token by which other threads of the process, or this one, get a tensor on the same memory,
   * without copying.
   *
   *     worker.postMessage({ weights: weights.share({ uses: 1 }) });
   *     const weights = torch.fromShared(message.weights); // in the worker
   *
   * The token holds the memory, whatever becomes of this tensor, until `torch.releaseShared(token)`,
   * until it has been taken `uses` times, or until the thread that made it ends, whichever is first;
   * what has been taken by then stays alive on its own. A thread that hands over a result therefore
   * waits for a message that it was taken before it ends. `torch.memory()` counts what tokens hold.
   *
   * Threads that write while others read see each other's changes in no particular order: take turns by
   * messages or `Atomics`, and on CUDA synchronize the stream first. The memory can no longer be
   * resized.
   *
   * @throws TorchError `ERR_TORCH_VMAP` inside `vmap`
   * @throws ArgumentTypeError if the tensor is sparse, or its memory is that of a typed array: send
   *   a `SharedArrayBuffer` and use `torch.tensor(array, { share: true })` on every thread
   * @throws ArgumentRangeError unless `uses` is a positive integer
   */
  share(options?: ShareOptions): SharedTensor;
};

const KIND = 'metatorch.shared';
const ID = /^[0-9a-f]{32}$/;

function share(this: Tensor, options: ShareOptions = {}, ...surplus: never[]): SharedTensor {
  refuseSurplus(surplus, 'share');
  const { uses } = knownOptions(options, ['uses'], 'share');
  if (uses !== undefined && !(Number.isSafeInteger(uses) && uses > 0)) {
    throw outOfRange('a positive integer', 'uses', uses, 'share');
  }
  return { kind: KIND, id: binding.shareTensor(handleOf(this), uses ?? 0) };
}

/**
 * The tensor that a token of `share` stands for: on the same memory, of the same shape, strides,
 * dtype and device, without history and `requiresGrad`. A new tensor on each call. Autograd notices
 * if another thread has changed in place what this one has recorded.
 *
 * @throws ArgumentTypeError if it is not a token
 * @throws TorchError `ERR_TORCH_DISPOSED` if the token has been released or used up, if the thread
 *   that made it has ended, or if it is of another process
 */
export function fromShared(token: SharedTensor): Tensor {
  return tensorOf(binding.takeShared(idOf(token, 'fromShared')));
}

/**
 * Lets go of what a token holds; tensors already taken stay. Any thread may do it.
 *
 * @returns true if the token held a tensor until now, false if it had been released before
 * @throws ArgumentTypeError if it is not a token
 */
export function releaseShared(token: SharedTensor): boolean {
  return binding.releaseShared(idOf(token, 'releaseShared'));
}

function idOf(token: unknown, operator: string): string {
  if (typeof token === 'object' && token !== null) {
    const { kind, id } = token as Partial<SharedTensor>;
    if (kind === KIND && typeof id === 'string' && ID.test(id)) return id;
  }
  throw invalidArgument('a token of share()', 'token', token, operator);
}

export const sharing = { share };
