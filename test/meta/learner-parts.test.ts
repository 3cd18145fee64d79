import type { Layer } from '../../lib/nn';
import { isTensor, torch } from '../../lib/torch';
import { junk } from '../helpers/junk';
import {
  smallExamples,
  smallLearner,
  smallLearnerOptions,
  smallParams,
} from '../helpers/learners/small-learners';

type Place = readonly string[];

/** The places in a value that hold trees, tensors or numbers, itself left out. */
function places(value: unknown): Place[] {
  if (isTensor(value)) return [];
  return Object.entries(Object(value)).flatMap(([key, own]) => [
    [key],
    ...places(own).map((rest) => [key, ...rest]),
  ]);
}

/** A copy of the value with another one at a place. */
function replaced(value: unknown, [key = '', ...rest]: Place, by: unknown): unknown {
  const own: unknown = Reflect.get(Object(value), key);
  const next = rest.length === 0 ? by : replaced(own, rest, by);
  return Array.isArray(value) ? value.with(Number(key), next) : { ...Object(value), [key]: next };
}

function valueAt(value: unknown, place: Place): unknown {
  return place.reduce((at: unknown, key): unknown => Reflect.get(Object(at), key), value);
}

/** Values that cannot stand where `own` does. */
function wrong(own: unknown): [string, unknown][] {
  const takes = (name: string) => (name === '7' && typeof own === 'number') || isEmpty(own, name);
  const others = junk().filter(([name]) => !takes(name));
  if (!isTensor(own)) return others;
  return [
    ...others,
    ['[1, 1, 1, 1, 1]', torch.ones([1, 1, 1, 1, 1])],
    ...(own.ndim > 0 ? [['[]', torch.ones([])] satisfies [string, unknown]] : []),
  ];
}

/** The parameters of learners and layers that have none. */
function isEmpty(own: unknown, name: string): boolean {
  return name === '{}' && !isTensor(own) && Object.keys(Object(own)).length === 0;
}

function expectRefused(what: string, call: () => unknown): void {
  let error: unknown = 'nothing';
  try {
    torch.scope(call);
  } catch (thrown) {
    error = thrown;
  }
  const code = expect.stringMatching(/^ERR_TORCH_/);
  expect([what, error]).toEqual([what, expect.objectContaining({ code })]);
}

const NAMES = Object.keys(smallLearnerOptions);

test.each(NAMES)('%s refuses adapted values with something else at any place', (name) => {
  const learner = smallLearner(name);
  const { inputs } = smallExamples(name, 1);
  const adapted = learner.adapt(smallParams(name), smallExamples(name, 2), 2);
  for (const place of places(adapted)) {
    for (const [what, value] of wrong(valueAt(adapted, place))) {
      // Linear layers of the caller's work without one.
      if (value === undefined && place.at(-1) === 'bias') continue;
      const call = () => learner.predict(replaced(adapted, place, value), inputs);
      expectRefused(`${what} for ${place.join('.')}`, call);
    }
  }
});

const LAYERS = ['model', 'encoder', 'relation', 'representation', 'embedding'];

/** A layer whose outputs are none, written for one task or for all. */
function broken(layer: Layer, output: unknown, tasks: boolean): Layer {
  return { init: layer.init, apply: () => output as never, tasks };
}

test.each(NAMES)('%s refuses outputs of layers that are no tensors', (name) => {
  const options: Readonly<Record<string, unknown>> = Object(smallLearnerOptions[name]?.());
  const support = smallExamples(name, 2);
  for (const part of LAYERS.filter((own) => own in options)) {
    for (const [what, output] of junk()) {
      for (const tasks of [true, false]) {
        const layer = broken(options[part] as Layer, output, tasks);
        const learner = smallLearner(name, { [part]: layer });
        const call = () => {
          const adapted = learner.adapt(smallParams(name), support, 2);
          return learner.predict(adapted, smallExamples(name, 1).inputs);
        };
        expectRefused(`${what} of ${part}`, call);
      }
    }
  }
});
