import { ArgumentTypeError, invalidArgument } from '../errors';
import { flattenTree, type Generator, type Tree, torch } from '../torch';
import { shapeOf, wrongShape } from '../torch/check-tensors';

/**
 * The values that `adapt` has given, if they are those of the learner.
 *
 * @param names what there must be
 * @throws ArgumentTypeError if `adapted` is anything else
 */
export function checkAdapted<A extends object>(
  adapted: A,
  names: readonly (keyof A & string)[],
  learner: string,
): A {
  checkNames(adapted, names, 'adapted values', learner);
  return adapted;
}

/** What a learner's parameters must be. */
export type ParameterRule = {
  learner: string;
  /** The names of parameters that are trees of the caller's layers, which look at them themselves. */
  layers: readonly string[];
  /** Makes the others. */
  own?: (generator: Generator) => { readonly [name: string]: Tree };
};

/**
 * Refuses parameters of other names or shapes than those that `init` gives.
 *
 * @throws ArgumentTypeError for what is missing, unknown or not a tensor; ArgumentRangeError for another
 *   shape
 */
export function parameterCheck({
  learner,
  layers,
  own = () => ({}),
}: ParameterRule): (params: unknown) => void {
  let expected: ReturnType<typeof shapesOf> | undefined;
  return (params) => {
    expected ??= torch.scope(() => shapesOf(own(torch.generator(0))));
    const { names, shapes } = expected;
    checkNames(params, [...layers, ...names], 'parameters', learner);
    const unknown = Object.keys(Object(params)).find(
      (name) => !layers.includes(name) && !names.includes(name),
    );
    if (unknown !== undefined) {
      const known = [...layers, ...names].join(', ');
      throw new ArgumentTypeError(
        `Expected ${known} for the parameters of ${learner} but received ${unknown} as well`,
        learner,
      );
    }
    for (const [path, shape] of shapes) checkShape(at(params, path), shape, path, learner);
  };
}

function shapesOf(tree: { readonly [name: string]: Tree }) {
  const shapes = Object.entries(flattenTree(tree)).map(
    ([path, tensor]) => [path, tensor.shape] as const,
  );
  return { names: Object.keys(tree), shapes };
}

function checkNames(value: unknown, names: readonly string[], what: string, learner: string): void {
  const where = `the ${what} of ${learner}`;
  if (Object(value) !== value) throw invalidArgument('an object', where, value, learner);
  for (const name of names) {
    const own: unknown = at(value, name);
    if (Object(own) === own) continue;
    throw invalidArgument('a tensor or tree', `${name} in ${where}`, own, learner);
  }
}

function checkShape(
  value: unknown,
  expected: readonly number[],
  path: string,
  learner: string,
): void {
  const shape = shapeOf(value, path, learner);
  if (shape.length === expected.length && shape.every((size, i) => size === expected[i])) return;
  throw wrongShape(`[${expected.join(', ')}]`, path, shape, learner);
}

/** What is at a dotted path, undefined where there is nothing. */
function at(value: unknown, path: string): unknown {
  const [name = '', ...rest] = path.split('.');
  const own: unknown = Object(value)[name];
  return rest.length === 0 ? own : at(own, rest.join('.'));
}
