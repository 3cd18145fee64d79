import { invalidArgument } from '../errors';
import type { Tensor, Tree } from '../torch';
import { type InputOf, type Layer, layerOf, type ParamsOf } from './layer';
import { isRuled, obeysLinearRules } from './linear-rule';

/** The parameters of layers in order. */
export type SequentialParams<L extends readonly unknown[]> = {
  [I in keyof L]: ParamsOf<L[I]>;
};

/**
 * Layers one after the other. The parameters are a tuple in the layers' order, `{}` where a layer has
 * none; the context goes to every layer. It takes a task axis if every layer does.
 *
 *     const model = sequential(linear({ inFeatures: 4, outFeatures: 8 }), relu());
 *
 * @throws ArgumentTypeError if the parameters are not as many as the layers
 */
export function sequential<F extends Layer<Tree, never>, R extends readonly Layer[]>(
  first: F,
  ...rest: R
): Layer<SequentialParams<[F, ...R]>, InputOf<F>> {
  type Params = SequentialParams<[F, ...R]>;
  const layers: readonly Layer[] = rest;
  const all = [first, ...layers].map((layer, i) => layerOf(layer, `layer ${i}`, 'sequential'));
  const model: Layer<Params, InputOf<F>> = {
    // A tuple mapped element by element: TypeScript cannot follow its type through map.
    init: (generator) =>
      [first.init(generator), ...layers.map((layer) => layer.init(generator))] as unknown as Params,
    apply(params, input, context) {
      if (!Array.isArray(params) || params.length !== layers.length + 1) {
        const expected = `an array of length ${layers.length + 1}`;
        throw invalidArgument(expected, 'the parameters of sequential', params, 'sequential');
      }
      const [head, ...tail] = params as unknown as readonly [Tree, ...Tree[]];
      const start: Tensor = first.apply(head, input as never, context);
      return layers.reduce((x, layer, i) => layer.apply(tail[i] as Tree, x, context), start);
    },
    tasks: all.every((layer) => layer.tasks === true),
  };
  return all.every(isRuled) ? obeysLinearRules(model) : model;
}
