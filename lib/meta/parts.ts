import { objectOf, positiveInteger } from '../check';
import { ArgumentTypeError } from '../errors';
import { type Generator, isTensor, type Tree, torch } from '../torch';
import { shapeOf, wrongShape } from '../torch/check-tensors';

/** Whose parts are looked at, and the sizes that their letters stand for so far. */
type Whole = { learner: string; sizes: Map<string, number> };

/** Refuses, by the name that it has for people, a value that cannot be this part of a learner's values. */
export type Part = (value: unknown, name: string, whole: Whole) => void;

/** A tree of any structure: parameters of the caller's layers, which look at them themselves. */
export const tree: Part = (value, name, { learner }) => {
  objectOf(value, name, learner);
};

/** A positive integer. */
export const count: Part = (value, name, { learner }) => {
  positiveInteger(value, `the ${name}`, learner);
};

/** A tensor. Letters stand for sizes, the same one wherever they are among the parts of one whole. */
export function sized(...expected: readonly (number | string)[]): Part {
  return (value, name, { learner, sizes }) => {
    const shape = shapeOf(value, name, learner);
    const known = expected.map((size) => sizes.get(String(size)) ?? size);
    const fits = (size: number | string, i: number) =>
      typeof size === 'string' || size === shape[i];
    if (shape.length !== known.length || !known.every(fits)) {
      throw wrongShape(`[${known.join(', ')}]`, name, shape, learner);
    }
    for (const [i, size] of known.entries()) {
      if (typeof size === 'string') sizes.set(size, shape[i] ?? 0);
    }
  };
}

/** A plain object or list of these parts and no others. */
export function parts(members: { readonly [name: string]: Part } | readonly Part[]): Part {
  const known = Object.entries(members);
  const names = new Set(known.map(([name]) => name));
  return (value, name, whole) => {
    const given = new Map(Object.entries(Object(objectOf(value, name, whole.learner))));
    for (const [own, part] of known) part(given.get(own), `${own} in the ${name}`, whole);
    const unknown = [...given.keys()].find((own) => !names.has(own));
    if (unknown === undefined) return;
    const { learner } = whole;
    const expected = [...names].join(', ') || 'none';
    throw new ArgumentTypeError(
      `Expected ${expected} for the ${name} of ${learner} but received ${unknown} as well`,
      learner,
    );
  };
}

/**
 * Parameters: trees of the caller's layers, and the learner's own of the shapes that `own` gives them.
 *
 * @param own makes the learner's own parameters; it runs once, when parameters are first looked at
 */
export function learned(
  layers: { readonly [name: string]: Part },
  own: (generator: Generator) => { readonly [name: string]: Tree },
): Part {
  let part: Part | undefined;
  return (value, name, whole) => {
    part ??= torch.scope(() => parts({ ...layers, ...membersLike(own(torch.generator(0))) }));
    part(value, name, whole);
  };
}

function membersLike(members: { readonly [name: string]: Tree }): Record<string, Part> {
  return Object.fromEntries(
    Object.entries(members).map(([name, own]): [string, Part] => [
      name,
      isTensor(own) ? sized(...own.shape) : parts(membersLike(Object(own))),
    ]),
  );
}
