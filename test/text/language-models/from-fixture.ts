// What PyTorch computed, see test/fixtures/language-models.py.
import { mapTree, type Tree, torch } from '../../../lib/torch';
import { readFixture } from '../../helpers/fixture';

type Params = { readonly [path: string]: readonly number[] };
type Perplexity = {
  params: Params;
  perplexity: number;
  tokens: number;
  logProbabilities: number[][];
};
type Vectors = { params: Params; vectors: number[][] };

export const fixture = readFixture<{
  sequences: number[][];
  lstm: Perplexity;
  transformer: Perplexity;
  cnn: Vectors;
  attentive_lstm: Vectors;
}>('language-models');

/** Texts that give the fixture's numbers to words: `a` is 4, `b` 5, `c` 6, `d` 7. */
export const COUNTED = ['a a a a b b b c c d'];
/** The fixture's sequences. */
export const SCORED = ['a b c', 'b a', 'a x d c y'];

/** The tensors of a fixture in the places of those of a tree. */
export function filled<P extends Tree>(tree: P, params: Params): P {
  const left = new Set(Object.keys(params));
  const found = mapTree(([own], path) => {
    left.delete(path);
    const values = params[path];
    if (values === undefined) throw new Error(`Expected ${path} in the fixture`);
    return torch.tensor(Float32Array.from(values), { shape: own.shape });
  }, tree);
  if (left.size > 0) throw new Error(`Expected no ${[...left].join()} in the fixture`);
  return found;
}
