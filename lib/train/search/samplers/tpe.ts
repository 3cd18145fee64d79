import type { RandomSource } from '../../../text/random-source';
import { chooseParams, type Parameter, type ParameterValue, type Space } from '../space';
import type { TrialRecord } from '../trial';
import { parzen } from './parzen';
import { drawn } from './random';
import type { Sampler } from './sampler';
import { type NumberParameter, scaleOf } from './scale';

export type TpeSettings = {
  /** Trials that are drawn at random first. */
  readonly startup: number;
  /** γ: the share of the trials that counts as good. */
  readonly gamma: number;
  /** The most trials that count as good, so that many trials do not blur what is good. */
  readonly mostGood: number;
  /** Candidates for each value, of which the one with the greatest expected improvement is taken. */
  readonly candidates: number;
};

/**
 * Tree-structured Parzen estimator. J. Bergstra, R. Bardenet, Y. Bengio and B. Kégl: Algorithms for
 * Hyper-Parameter Optimization, NeurIPS 2011.
 *
 * The best γ of the trials have the density l(x), the others g(x). Expected improvement grows with l(x) / g(x):
 * each parameter takes, of some candidates from l, the one with the greatest ratio. A parameter that depends on
 * another is chosen after it, from the trials that had it. Trials that failed or still run are among the others,
 * so that the search leaves alone what fails, and several at once do not try the same.
 */
export function tpeSampler(space: Space, settings: TpeSettings): Sampler {
  return {
    next: (_, trials, random) => {
      const ended = trials.filter(
        ({ state }) => state === 'completed' || state === 'pruned',
      ).length;
      if (ended < settings.startup) {
        return chooseParams(space, (__, parameter) => drawn(parameter, random));
      }
      const count = Math.min(settings.mostGood, Math.ceil(settings.gamma * ended));
      const [good, others] = [trials.slice(0, count), trials.slice(count)];
      return chooseParams(space, (name, parameter) => {
        const groups = { good: valuesOf(good, name), others: valuesOf(others, name) };
        return best(parameter, groups, settings.candidates, random);
      });
    },
  };
}

type Groups = {
  readonly good: readonly ParameterValue[];
  readonly others: readonly ParameterValue[];
};

function valuesOf(trials: readonly TrialRecord[], name: string): ParameterValue[] {
  return trials.flatMap(({ params }) => params[name] ?? []);
}

function best(
  parameter: Parameter,
  groups: Groups,
  count: number,
  random: RandomSource,
): ParameterValue {
  const { draw, ratio } =
    parameter.kind === 'categorical'
      ? amongChoices(parameter.choices, groups)
      : onScale(parameter, groups);
  const [first, ...others] = Array.from({ length: count }, () => draw(random));
  let chosen = { value: first ?? draw(random), score: 0 };
  chosen = { ...chosen, score: ratio(chosen.value) };
  for (const value of others) {
    const score = ratio(value);
    if (score > chosen.score) chosen = { value, score };
  }
  return chosen.value;
}

/** Where candidates come from, and l / g of each. */
type Estimate = {
  draw(random: RandomSource): ParameterValue;
  ratio(value: ParameterValue): number;
};

function onScale(parameter: NumberParameter, { good, others }: Groups): Estimate {
  const { low, high, value, point, bin } = scaleOf(parameter);
  const [l, g] = [good, others].map((group) => parzen(group.map(Number).map(point), low, high));
  if (l === undefined || g === undefined) throw new Error('Expected two densities');
  return {
    draw: (random) => value(l.draw(random)),
    ratio: (own) => {
      const [at, part] = [point(Number(own)), bin(Number(own))];
      return l.at(at, part) / g.at(at, part);
    },
  };
}

/** Counts, and one of each choice before anything is known. */
function amongChoices(choices: readonly ParameterValue[], { good, others }: Groups): Estimate {
  const weight = (group: readonly ParameterValue[], choice: ParameterValue) =>
    (group.filter((one) => one === choice).length + 1) / (group.length + choices.length);
  return {
    draw: (random) => {
      // A value of the good ones, or one of the prior's.
      const i = random.below(good.length + choices.length);
      return good[i] ?? choices[i - good.length] ?? false;
    },
    ratio: (choice) => weight(good, choice) / weight(others, choice),
  };
}
