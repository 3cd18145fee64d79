import { ArgumentRangeError } from '../errors';
import type { Learner } from '../meta';
import { mapTree, type Tree, torch } from '../torch';

/** Refuses parameters of another structure or other shapes than the learner's own. */
export function requireParams<I extends Tree>(
  learner: Learner<Tree, unknown, I>,
  params: Tree,
): void {
  torch.scope(() => {
    mapTree(
      ([own, given], path) => {
        const [expected, found] = [own, given].map(({ shape }) => `[${shape.join(', ')}]`);
        if (expected === found) return own;
        throw new ArgumentRangeError(
          `Expected shape ${expected} for the parameter '${path}' but received ${found}`,
        );
      },
      learner.init(torch.generator(0)),
      params,
    );
  });
}
