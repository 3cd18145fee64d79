import { checkOptions, numberWhere, objectOf } from '../check';
import { ArgumentTypeError } from '../errors';
import type { Generator, Tensor } from '../torch';
import { shapeOf } from '../torch/check-tensors';
import type { Layer, NoParams } from './layer';
import { obeysLinearRules } from './linear-rule';

export type DropoutOptions = {
  /** The probability to drop an element, in [0, 1]. Default: 0.5. */
  p?: number;
};

/**
 * While training, sets each element to zero with probability p and divides the others by 1 − p;
 * otherwise gives its input back. Srivastava et al. 2014, «Dropout».
 *
 * `[...]` gives `[...]`. The numbers come from `context.generator`.
 *
 * @throws ArgumentTypeError when training without a generator and p > 0
 */
export function dropout(options: DropoutOptions = {}): Layer<NoParams> {
  checkOptions(options, ['p'], 'dropout');
  const p = numberWhere(
    (value) => value >= 0 && value <= 1,
    'a number in [0, 1]',
    options.p ?? 0.5,
    'p',
    'dropout',
  );
  return obeysLinearRules({
    init: () => ({}),
    apply(_, x, context = {}) {
      const { training = false, generator } = objectOf(context, 'context', 'dropout');
      shapeOf(x, 'input', 'dropout');
      if (!training || p === 0) return x;
      if (generator !== undefined) return drop(x, p, generator);
      throw new ArgumentTypeError(
        'Expected a generator in the context of dropout while training; pass { training: true, generator: torch.generator(seed) }',
        'dropout',
      );
    },
    tasks: true,
  });
}

// libtorch's own dropout takes no generator.
function drop(x: Tensor, p: number, generator: Generator): Tensor {
  if (p === 1) return x.mul(0);
  return x.mul(
    x
      .detach()
      .bernoulli(1 - p, { generator })
      .mul(1 / (1 - p)),
  );
}
