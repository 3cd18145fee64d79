import { AsyncLocalStorage } from 'node:async_hooks';
import { callable } from '../check';
import { TorchError } from '../errors';
import { type CallSite, callSite, captureStack } from './call-site';
import { byteLength, type Dtype } from './dtype';
import type { TensorHandle } from './handle';
import { observeTensors } from './ownership';
import { isPromise } from './synchronous';
import { isTensor, type Tensor } from './tensor';

/** A tensor that a function made and neither freed nor returned. */
export type LeakedTensor = CallSite & { readonly shape: readonly number[]; readonly dtype: Dtype };

/** What a function left behind. */
export type LeakReport<T> = {
  /** What the function returned, or what its promise gave. */
  readonly result: T;
  /** How many tensors it left. */
  readonly tensors: number;
  /** Bytes of their elements; views count their own elements, sparse tensors none. */
  readonly bytes: number;
  /** The tensors, in the order they were made. */
  readonly made: readonly LeakedTensor[];
};

type Made = { readonly tensor: Tensor; readonly origin: { readonly stack?: string } };

/** A check in progress; tensors made in an inner check count in the outer ones too. */
type Check = { readonly outer: Check | undefined; made: Made[]; sweepAt: number };

const FIRST_SWEEP = 1024;
const LINES_SHOWN = 20;

const current = new AsyncLocalStorage<Check>();
const underWay = new Set<Check>();

/**
 * Runs `fn`, which may be asynchronous, and reports which of the tensors that it made are neither freed
 * nor reachable from what it returns: by arrays, maps, sets and the properties of objects. Meant for
 * tests: for the time of the check every tensor's stack is remembered, and none that `fn` made is left
 * to the garbage collector.
 *
 *     const { tensors, made } = torch.leaks(() => model.predict(inputs));
 *
 * Checks nest, run beside each other, and work inside scopes; a tensor that a scope around the check
 * would free later counts as left.
 *
 * @throws ArgumentTypeError if `fn` is not a function; what `fn` throws passes unchanged
 */
export function leaks<T>(fn: () => PromiseLike<T>): Promise<LeakReport<T>>;
export function leaks<T>(fn: () => T): LeakReport<T>;
export function leaks<T>(fn: () => T | PromiseLike<T>): LeakReport<T> | Promise<LeakReport<T>> {
  return check('leaks', fn, report);
}

/**
 * Runs `fn` as `leaks` does, and returns what it returns, or a promise of it.
 *
 *     const scores = torch.assertNoLeaks(() => model.predict(inputs));
 *
 * @throws TorchError `ERR_TORCH_LEAK` if tensors are left, with their shapes, dtypes and the first
 *   place outside of the library that made each
 * @throws ArgumentTypeError if `fn` is not a function; what `fn` throws passes unchanged
 */
export function assertNoLeaks<T>(fn: () => PromiseLike<T>): Promise<T>;
export function assertNoLeaks<T>(fn: () => T): T;
export function assertNoLeaks<T>(fn: () => T | PromiseLike<T>): T | Promise<T> {
  return check('assertNoLeaks', fn, (result, made) => {
    const found = report(result, made);
    if (found.tensors > 0) throw leakError(found);
    return result;
  });
}

function check<T, R>(
  name: string,
  fn: () => T | PromiseLike<T>,
  conclude: (result: T, made: readonly Made[]) => R,
): R | Promise<R> {
  callable(fn, 'fn', name);
  const mine: Check = { outer: current.getStore(), made: [], sweepAt: FIRST_SWEEP };
  begin(mine);
  let result: T | PromiseLike<T>;
  try {
    result = current.run(mine, fn);
  } catch (error) {
    end(mine);
    throw error;
  }
  if (!isPromise(result)) {
    end(mine);
    return conclude(result, mine.made);
  }
  return Promise.resolve(result)
    .finally(() => end(mine))
    .then((value) => conclude(value, mine.made));
}

function begin(check: Check): void {
  underWay.add(check);
  observeTensors(note);
}

// Without a check new tensors are reported to nobody, and asynchronous calls carry nothing along.
function end(check: Check): void {
  underWay.delete(check);
  if (underWay.size > 0) return;
  observeTensors(undefined);
  current.disable();
}

function note(tensor: TensorHandle): void {
  let check = current.getStore();
  if (check === undefined || !isTensor(tensor)) return;
  const made = { tensor, origin: captureStack(note) };
  for (; check !== undefined; check = check.outer) {
    if (!underWay.has(check)) continue;
    check.made.push(made);
    if (check.made.length >= check.sweepAt) sweep(check);
  }
}

/** Forgets what has been freed, seldom enough to cost little for each tensor. */
function sweep(check: Check): void {
  check.made = check.made.filter(({ tensor }) => !tensor.isDisposed);
  check.sweepAt = Math.max(FIRST_SWEEP, 2 * check.made.length);
}

function report<T>(result: T, made: readonly Made[]): LeakReport<T> {
  const kept = reachable(result);
  const left = made.filter(({ tensor }) => !tensor.isDisposed && !kept.has(tensor));
  const tensors = left.map(({ tensor, origin }) => {
    const { shape, dtype, layout } = tensor;
    const bytes = layout === 'strided' ? (byteLength(dtype, shape) ?? 0) : 0;
    return { bytes, leaked: { shape, dtype, ...callSite(origin) } };
  });
  return {
    result,
    tensors: tensors.length,
    bytes: tensors.reduce((sum, { bytes }) => sum + bytes, 0),
    made: tensors.map(({ leaked }) => leaked),
  };
}

function reachable(root: unknown): ReadonlySet<Tensor> {
  const found = new Set<Tensor>();
  const seen = new Set<unknown>();
  const waiting: unknown[] = [root];
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (typeof value !== 'object' || value === null || seen.has(value)) continue;
    seen.add(value);
    if (isTensor(value)) found.add(value);
    else if (!ArrayBuffer.isView(value)) for (const part of partsOf(value)) waiting.push(part);
  }
  return found;
}

function* partsOf(value: object): Generator<unknown> {
  if (value instanceof Map) yield* [...value.keys(), ...value.values()];
  if (value instanceof Set) yield* value;
  // Getters are not called: the tensors they would make do not exist yet.
  for (const property of Object.values(Object.getOwnPropertyDescriptors(value))) {
    yield property.value;
  }
}

function leakError({ tensors, bytes, made }: LeakReport<unknown>): TorchError {
  const counts = new Map<string, number>();
  for (const { shape, dtype, place = 'an unknown place' } of made) {
    const line = `${dtype} [${shape.join(', ')}] made at ${place}`;
    counts.set(line, (counts.get(line) ?? 0) + 1);
  }
  const lines = [...counts].map(([line, count]) => (count === 1 ? line : `${count} × ${line}`));
  const shown = lines.slice(0, LINES_SHOWN);
  if (lines.length > LINES_SHOWN) shown.push(`and ${lines.length - LINES_SHOWN} more places`);
  const noun = tensors === 1 ? '1 tensor is' : `${tensors} tensors are`;
  return new TorchError(
    'ERR_TORCH_LEAK',
    `Expected fn to free or return every tensor that it makes, but ${noun} left (${bytes} bytes):\n  ${shown.join('\n  ')}`,
    { operator: 'assertNoLeaks' },
  );
}
