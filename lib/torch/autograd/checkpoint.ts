import { callable } from '../../check';
import { TorchError } from '../../errors';
import { binding } from '../binding';
import { handleOf } from '../handle';
import { RandomRecord } from '../random-record';
import { synchronous } from '../synchronous';
import { leaves } from '../tree';
import { enableGrad, isGradEnabled } from './grad-modes';
import { graphCallback } from './graph/graph-callback';
import { fillPlaces, placesOf } from './graph/places';

/**
 * `fn(...inputs)`, without keeping for backward what its operators need there: backward calls `fn`
 * again to make it (Chen et al., Training Deep Nets with Sublinear Memory Cost, 2016). So the memory
 * of a deep model is that of its deepest part and what lies between parts, for one more forward pass.
 *
 *     for (const layer of layers) x = torch.checkpoint(layer.apply, params[layer.name], x);
 *
 * The gradients are the same, bit by bit, also through tensors that `fn` takes from around it and of
 * any order. It nests, and gradients may be taken inside. `fn` has to do the same when it runs again:
 * generators, autocast and the default random numbers are set as they were; other things that it
 * depends on must not change, and tensors that it takes from around it must not be disposed of before
 * backward. An error of `fn` in backward is thrown by `grad` or `backward`.
 *
 * @throws TorchError `ERR_TORCH_VMAP` inside `torch.vmap`; `vmap` inside `fn` is fine
 * @throws TorchError `ERR_TORCH_RUNTIME` in backward if `fn` does not do the same again
 * @throws TorchError `ERR_TORCH_AUTOGRAD` in backward if `fn` takes gradients through the graph that it
 *   is itself a part of
 */
export function checkpoint<A extends readonly unknown[], O>(
  fn: (...inputs: A) => O,
  ...inputs: A
): O {
  callable(fn, 'fn', 'checkpoint');
  if (!isGradEnabled()) return synchronous(fn(...inputs), 'checkpoint');
  if (binding.vmapDepth() > 0) {
    const message = 'checkpoint: Expected to be called outside vmap; call vmap inside checkpoint';
    throw new TorchError('ERR_TORCH_VMAP', message, { operator: 'checkpoint' });
  }
  const tensors = leaves(inputs);
  const places = placesOf(inputs);
  const random = new RandomRecord(tensors.map((tensor) => tensor.device));
  const restored = asNow();
  const recompute = graphCallback((again) => {
    const args = fillPlaces(places, (index) => again[index]);
    random.replay(() => restored(() => enableGrad(() => fn(...(args as A)))));
    return undefined;
  });
  binding.beginCheckpoint(tensors.map(handleOf), recompute);
  try {
    return random.record(() => synchronous(fn(...inputs), 'checkpoint'));
  } finally {
    binding.endCheckpoint();
  }
}

/** Runs a function later with the autocast of now. */
function asNow(): (fn: () => void) => void {
  const devices = ['cpu', 'cuda'];
  const states = devices.map((device) => binding.autocast(device));
  const set = (all: typeof states): void => {
    for (const [i, { enabled, dtype }] of all.entries()) {
      binding.setAutocast(devices[i] as string, enabled, dtype);
    }
  };
  return (fn) => {
    const before = devices.map((device) => binding.autocast(device));
    binding.enterAutocast();
    try {
      set(states);
      fn();
    } finally {
      set(before);
      binding.leaveAutocast();
    }
  };
}
