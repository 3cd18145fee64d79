import type { Tensor } from '../torch';
import { requireTensor } from '../torch/check-tensors';
import type { Layer, NoParams } from './layer';
import { obeysLinearRules } from './linear-rule';

/** The names of the activations, for options. */
export type ActivationName = 'relu' | 'gelu' | 'tanh';

/** max(x, 0). `[...]` gives `[...]`. */
export function relu(): Layer<NoParams> {
  return activation('relu', (x) => x.relu());
}

/** x·Φ(x), exact, not the tanh approximation. Hendrycks and Gimpel 2016, https://arxiv.org/abs/1606.08415 */
export function gelu(): Layer<NoParams> {
  return activation('gelu', (x) => x.gelu());
}

/** The hyperbolic tangent. `[...]` gives `[...]`. */
export function tanh(): Layer<NoParams> {
  return activation('tanh', (x) => x.tanh());
}

function activation(name: ActivationName, fn: (x: Tensor) => Tensor): Layer<NoParams> {
  return obeysLinearRules({
    init: () => ({}),
    apply(_, x) {
      requireTensor(x, 'the input', name);
      return fn(x);
    },
    tasks: true,
  });
}
