import { outOfRange } from '../../errors';
import { flattenTree, mapTree, type Tensor, type Tree } from '../../torch';
import type { TokenModel } from './token-model';

/** Which parameters of an encoder are trained. */
export type TrainedParts = {
  /** Layers, counted from the last. */
  layers: number | 'all';
  /** What stands before them: the vectors of words and positions. */
  embeddings: boolean;
};

/** Tensors by the dotted paths of an encoder's parameters. */
export type NamedTensors = Readonly<Record<string, Tensor>>;

const LAYER = /^layers\.(\d+)\./u;
/** What stands after the layers. */
const AFTER = /^(?:projections|hidden)\./u;
/** Of the sines that tell positions apart: no parameter, but part of what the model is. */
const CONSTANT = /^frequencies$/u;

/**
 * The parameters that are trained, which stay the encoder's.
 *
 * @throws ArgumentRangeError for an encoder without layers or of another precision than float32, and more
 *   layers than it has
 */
export function trainedParams(
  model: TokenModel,
  { layers, embeddings }: TrainedParts,
  operator: string,
): NamedTensors {
  const { depth = 0, name } = model;
  if (depth === 0) {
    throw outOfRange('an encoder with layers', `the encoder of ${operator}`, name, operator);
  }
  const count = layers === 'all' ? depth : layers;
  if (count > depth) {
    throw outOfRange(`at most ${depth}, or 'all',`, `layers of ${operator}`, count, operator);
  }
  const all = Object.entries(flattenTree(model.params));
  const strange = all.find(([, { dtype }]) => dtype !== 'float32');
  if (strange) {
    const [path, { dtype }] = strange;
    throw outOfRange(
      'float32',
      `the dtype of ${path} of the encoder of ${operator}`,
      dtype,
      operator,
    );
  }
  return Object.fromEntries(
    all.filter(([path]) => {
      const layer = LAYER.exec(path)?.[1];
      if (layer !== undefined) return Number(layer) >= depth - count;
      return AFTER.test(path) || (embeddings && !CONSTANT.test(path));
    }),
  );
}

/** On the straight line from the encoder's own parameters to the trained ones, new tensors: `share` of the way. */
export function blended(params: Tree, trained: NamedTensors, share: number): NamedTensors {
  const own = flattenTree(params);
  return mapTree(([tensor], path) => own[path]?.lerp(tensor, share) ?? tensor, trained);
}

/** The encoder's parameters with `trained` in the place of its own. */
export function mergedParams(params: Tree, trained: NamedTensors): Tree {
  return mapTree(([own], path) => trained[path] ?? own, params);
}
