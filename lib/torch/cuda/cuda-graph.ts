import { callable, knownOptions } from '../../check';
import { outOfRange, TorchError } from '../../errors';
import { binding } from '../binding';
import { requireDevice } from '../device';
import { scope } from '../scope';
import { currentStream, runOnStream, Stream } from './stream';

export type GraphOptions = {
  /** How often `fn` runs before it is captured, so that libraries set themselves up. Default: 3. */
  warmup?: number;
};

const registry = new FinalizationRegistry<number>((handle) => binding.releaseGraph(handle));

/** Work on a GPU that is started as a whole, without a call for each operator. */
export class CudaGraph<T> {
  /** What `fn` returned. Every replay writes into the same tensors. */
  readonly outputs: T;
  #handle: number;

  /** @internal Use `torch.cuda.graph(fn)`. */
  constructor(handle: number, outputs: T) {
    this.#handle = handle;
    this.outputs = outputs;
    registry.register(this, handle, this);
  }

  /** Runs the work again on the tensors that `fn` used, and returns `outputs`. */
  replay(): T {
    if (this.#handle < 0)
      throw new TorchError('ERR_TORCH_DISPOSED', 'The graph has been disposed of');
    binding.replayGraph(this.#handle);
    return this.outputs;
  }

  /** Frees the graph and the memory that it keeps for itself. */
  dispose(): void {
    if (this.#handle < 0) return;
    registry.unregister(this);
    binding.releaseGraph(this.#handle);
    this.#handle = -1;
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

/**
 * Captures what `fn` does on the GPU, to be replayed. `fn` must read its inputs from tensors that stay
 * where they are, write new inputs into them with `copy_`, and read no value on the CPU (`item`,
 * `data`). Randomness comes from the default generator.
 *
 *     const step = torch.cuda.graph(() => model(input));
 *     input.copy_(next);
 *     const output = step.replay();
 *
 * @throws TorchError `ERR_TORCH_DEVICE` without a CUDA device, `ERR_TORCH_NOT_IMPLEMENTED` if this build
 *   has no graphs
 */
export function graph<T>(fn: () => T, options: GraphOptions = {}): CudaGraph<T> {
  const { warmup = 3 } = knownOptions(options, ['warmup'], 'graph');
  if (!Number.isInteger(warmup) || warmup < 0) {
    throw outOfRange('an integer of at least 0', 'warmup', warmup, 'graph');
  }
  callable(fn, 'fn', 'graph');
  requireDevice('cuda');
  if (!binding.hasGraphs()) {
    throw new TorchError(
      'ERR_TORCH_NOT_IMPLEMENTED',
      "This build of metatorch has no CUDA graphs. Build it where CUDA's headers are: `npm run build:native` with CUDA_HOME set",
      { operator: 'graph' },
    );
  }
  const before = currentStream();
  const stream = new Stream();
  stream.waitStream(before);
  runOnStream(stream, () => {
    for (let i = 0; i < warmup; i++) scope(() => void fn());
  });
  stream.synchronize();
  const captured = runOnStream(stream, () => capture(fn));
  before.waitStream(stream);
  return captured;
}

function capture<T>(fn: () => T): CudaGraph<T> {
  const handle = binding.createGraph();
  binding.beginCapture(handle);
  let outputs: T;
  try {
    outputs = scope(fn);
  } catch (error) {
    abandon(handle);
    throw error;
  }
  binding.endCapture(handle);
  return new CudaGraph(handle, outputs);
}

// Ending a capture that has failed fails too, and the first failure is the one to report.
function abandon(handle: number): void {
  try {
    binding.endCapture(handle);
  } catch {
    // The error being thrown reports it.
  }
  binding.releaseGraph(handle);
}
