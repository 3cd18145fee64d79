import type { RandomSource } from '../../../text/random-source';
import { chooseParams, type Parameter, type ParameterValue, type Space } from '../space';
import type { Sampler } from './sampler';
import { scaleOf } from './scale';

/**
 * Every trial by itself. J. Bergstra and Y. Bengio: Random Search for Hyper-Parameter Optimization, 2012.
 */
export function randomSampler(space: Space): Sampler {
  return {
    next: (_, __, random) => chooseParams(space, (___, parameter) => drawn(parameter, random)),
  };
}

/** A value of a parameter, all of them equally likely on its scale. */
export function drawn(parameter: Parameter, random: RandomSource): ParameterValue {
  if (parameter.kind === 'categorical') {
    const [choice] = random.sample(parameter.choices, 1);
    return choice ?? false;
  }
  const { low, high, value } = scaleOf(parameter);
  return value(low + (high - low) * random.nextFloat());
}
