import { array, requireTexts, withMethods } from '../check';
import { greatest } from '../extremes';
import { mapTree, type Tree, torch } from '../torch';
import { shapeOf, wrongShape } from '../torch/check-tensors';

/**
 * What turns texts into tensors, whatever they are: ids of tokens, vectors of a frozen encoder, or
 * features of your own. Episodes, models and classifiers know texts by this alone.
 *
 *     const lengthOnly: Vectorizer<Tensor> = {
 *       vectorize: (texts) => torch.tensor(texts.map((text) => [text.length])),
 *       lengths: (texts) => texts.map(() => 1),
 *     };
 */
export interface Vectorizer<B extends Tree = Tree> {
  /** `n` texts, maybe none, as a tree of tensors `[n, …]`: row i is the text i. */
  vectorize(texts: readonly string[]): B;
  /**
   * How long each text is, in whatever `vectorize` pads to the longest, for example tokens. Texts of
   * similar length are read in one batch.
   */
  lengths(texts: readonly string[]): readonly number[];
}

/** Returns `value` if it has the methods of a vectorizer. */
export const vectorizerOf = withMethods<Vectorizer>('a vectorizer', 'vectorize', 'lengths');

/**
 * The texts of T tasks as `[T, n, …]`, n being the longest list's length and at least 1; shorter
 * lists are padded with empty texts.
 *
 * @throws ArgumentTypeError if `tasks` is not an array of arrays of strings, or `vectorizer` not a
 *   vectorizer
 */
export function vectorizeTasks<B extends Tree>(
  vectorizer: Vectorizer<B>,
  tasks: readonly (readonly string[])[],
): B {
  vectorizerOf(vectorizer, 'vectorizer', 'vectorizeTasks');
  array(tasks, 'arrays of strings', 'tasks', 'vectorizeTasks');
  for (const [i, texts] of tasks.entries()) requireTexts(texts, `tasks[${i}]`, 'vectorizeTasks');
  const rows = greatest(
    tasks.map((texts) => texts.length),
    1,
  );
  const flat = tasks.flatMap((texts) => [
    ...texts,
    ...new Array<string>(rows - texts.length).fill(''),
  ]);
  return torch.scope(() =>
    mapTree(([tensor], path) => {
      const shape = shapeOf(
        tensor,
        path === '' ? 'result of vectorize' : `${path} of vectorize`,
        'vectorizeTasks',
      );
      if (shape[0] === flat.length) return tensor.unflatten(0, [tasks.length, rows]);
      throw wrongShape(`[${flat.length}, …]`, 'result of vectorize', shape, 'vectorizeTasks');
    }, vectorizer.vectorize(flat)),
  );
}
