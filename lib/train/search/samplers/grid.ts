import {
  isActive,
  type Parameter,
  type ParameterValue,
  type Space,
  type TrialParams,
} from '../space';
import type { Sampler } from './sampler';
import { scaleOf } from './scale';

/**
 * All combinations of values, the last parameter changing first, and each combination once. Numbers take
 * `points` values from `low` to `high`, evenly on their scale; integers at most those that there are.
 */
export function gridSampler(space: Space, points: number): Sampler {
  // Made as they are asked for, since there may be very many.
  const combinations = expand(space, points, {});
  const made: TrialParams[] = [];
  return {
    next: (number) => {
      while (made.length <= number) {
        const { done, value } = combinations.next();
        if (done) return undefined;
        made.push(value);
      }
      return made[number];
    },
  };
}

function* expand(space: Space, points: number, chosen: TrialParams): Generator<TrialParams, void> {
  const [first, ...others] = space;
  if (first === undefined) {
    yield chosen;
    return;
  }
  const [name, parameter] = first;
  if (!isActive(parameter, chosen)) {
    yield* expand(others, points, chosen);
    return;
  }
  for (const value of valuesOf(parameter, points)) {
    yield* expand(others, points, { ...chosen, [name]: value });
  }
}

function valuesOf(parameter: Parameter, points: number): readonly ParameterValue[] {
  if (parameter.kind === 'categorical') return parameter.choices;
  const { value, point } = scaleOf(parameter);
  const [low, high] = [point(parameter.low), point(parameter.high)];
  if (points === 1) return [value((low + high) / 2)];
  const all = Array.from({ length: points }, (_, i) =>
    value(low + ((high - low) * i) / (points - 1)),
  );
  return [...new Set(all)];
}
