import type { Episodes } from '../../meta';
import { taskSimilarity } from '../../meta';
import type { TrainableEncoder } from '../../text/encoders/trainable';
import { disposeTree, type Tree, torch } from '../../torch';
import { numbersFrom, type TaskMaker } from './task-maker';

export type OnlineTasks = {
  readonly maker: TaskMaker;
  readonly encoder: Pick<TrainableEncoder, 'layer'>;
  readonly seed: number;
  /** Episodes of a round. */
  readonly tasks: number;
  readonly metaSteps: number;
  readonly reuse: number;
};

/**
 * The batches of online meta-learning: each round brings new tasks, and its meta-steps learn from these and
 * from those of the earlier rounds that are most similar, by the mean of their texts' vectors at the start.
 * A batch depends on its number alone, so that a run can be resumed. See `followTheMetaLeader`.
 */
export function onlineTasks(options: OnlineTasks): {
  batch(step: number): Episodes<Tree>;
  dispose(): void;
} {
  const { maker, encoder, seed, tasks, metaSteps, reuse } = options;
  const start = torch.noGrad(() => encoder.layer.init(torch.generator(seed)));
  const descriptions: number[][] = [];
  const describe = (round: number): number[] =>
    torch.scope(() =>
      torch.noGrad(() => {
        const { support } = maker.make(numbersFrom(round * tasks, tasks));
        return encoder.layer.apply(start, support.inputs).mean([0, 1]).tolist() as number[];
      }),
    );
  return {
    batch: (step) => {
      const round = Math.floor(step / metaSteps);
      while (descriptions.length <= round) descriptions.push(describe(descriptions.length));
      const rounds = [round, ...mostSimilar(descriptions, round, reuse)];
      return maker.make(rounds.flatMap((one) => numbersFrom(one * tasks, tasks)));
    },
    dispose: () => disposeTree(start),
  };
}

/** The earlier rounds most similar to one, of equals the newest. */
function mostSimilar(descriptions: readonly number[][], round: number, count: number): number[] {
  const own = descriptions[round] ?? [];
  return torch.scope(() =>
    descriptions
      .slice(0, round)
      .map((other, i) => [i, taskSimilarity(torch.tensor(own), torch.tensor(other))] as const)
      .toSorted(([i, a], [j, b]) => b - a || j - i)
      .slice(0, count)
      .map(([i]) => i),
  );
}
