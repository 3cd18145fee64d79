import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TorchError } from '../../errors';
import type { Episodes } from '../../meta';
import { disposeTree, leaves, mapTree, type ProcessGroup, type Tree, torch } from '../../torch';
import { checkpointPath } from '../checkpoints/checkpoint-folder';
import type { Sum } from '../step-gradient';
import { broadcastBytes } from './gather-values';
import { ownNumbers, totalsOf } from './own-numbers';
import { allReduceTree, broadcastTree } from './reduce-tree';
import type { Reduction } from './reduction';
import { ownEpisodes, type Share } from './share';

const { distributed } = torch;

/** Among whom the tasks of each batch are divided. */
export type TrainDistributed<I extends Tree> = {
  /** Default: the group of all ranks. */
  group?: ProcessGroup | undefined;
  /**
   * This rank's tasks of a batch, or null for none, where it costs too much to make all of them on every
   * rank; `ownPart` says which they are. Default: `episodes` makes the batch, and the rank takes its part.
   */
  episodes?: ((batch: number, share: Share) => Episodes<I> | null) | undefined;
};

/** What the ranks of a run do together. Each computes the gradient of its own tasks of every batch. */
export class Ranks {
  readonly group: ProcessGroup;

  constructor(group: ProcessGroup) {
    this.group = group;
  }

  /** Whether this rank writes checkpoints and logs. */
  get leads(): boolean {
    return this.group.rank === 0;
  }

  /** This rank's tasks of a batch. */
  tasksOf<I extends Tree>(
    whole: (batch: number) => Episodes<I>,
    { episodes }: TrainDistributed<I>,
  ): (batch: number) => Episodes<I> | null {
    const { rank, size } = this.group;
    const share = { rank, size };
    if (episodes !== undefined) return (batch) => episodes(batch, share);
    return (batch) => ownEpisodes(whole(batch), share);
  }

  /** The parameters of rank 0, so that all begin with the same bits. */
  start<P extends Tree>(params: P): Promise<P> {
    return broadcastTree(params, this.group);
  }

  /**
   * The gradient of all tasks, of that of its own; and whether a rank wants to stop. The sums are made in the
   * order of ranks: so many ranks give the same bits, whoever is first.
   *
   * @param reduction how the learner joins tasks
   */
  async sum<P extends Tree>(
    own: Sum<P>,
    reduction: Reduction,
    stop: boolean,
  ): Promise<{ sum: Sum<P>; stop: boolean }> {
    const { episodes } = own;
    const seen = [own.loss, own.accuracy].map((value) => (episodes === 0 ? 0 : value * episodes));
    const numbers = [...seen, episodes, own.weight, Number(stop)];
    const sent = torch.scope(() => {
      const by = reduction === 'mean' ? own.weight : 1;
      const gradients = mapTree(([g]) => g.mul(by), own.gradients);
      const wide = leaves(gradients)[0]?.dtype === 'float64';
      // Behind the gradients, in whose last bucket there is room.
      return { gradients, numbers: ownNumbers(numbers, this.group, wide ? 'float64' : 'float32') };
    });
    try {
      const all = await allReduceTree(sent, this.group);
      const [loss = 0, accuracy = 0, count = 0, weight = 0, stops = 0] = totalsOf(
        all.numbers,
        numbers.length,
      );
      all.numbers.dispose();
      requireTasks(count, all.gradients);
      const gradients = reduction === 'sum' ? all.gradients : divided(all.gradients, weight);
      return {
        sum: { gradients, loss: loss / count, accuracy: accuracy / count, episodes: count, weight },
        stop: stops > 0,
      };
    } finally {
      disposeTree(sent);
    }
  }

  /** Whether any rank says so. */
  async any(own: boolean): Promise<boolean> {
    const flag = torch.tensor([Number(own)], { dtype: 'int64' });
    const most = await distributed.allReduceAsync(flag, { group: this.group, op: 'max' });
    const found = Number(most.item()) > 0;
    flag.dispose();
    most.dispose();
    return found;
  }

  /**
   * Gives the others the checkpoint that rank 0 goes on from: `take` gets a folder with a copy of it, which is
   * removed afterwards. So the folder of checkpoints need not be on a disk that all machines see.
   *
   * @param file the path on rank 0; undefined if it begins
   */
  async shareCheckpoint(file: string | undefined, take: (folder: string) => void): Promise<void> {
    const content = file === undefined ? undefined : readFileSync(file);
    const bytes = await broadcastBytes(content, this.group);
    if (bytes === undefined || this.leads) return;
    const folder = mkdtempSync(join(tmpdir(), 'metatorch-resume-'));
    try {
      writeFileSync(checkpointPath(folder, 1), bytes);
      take(folder);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  /** Ends the others, who would wait for this rank. */
  abandon(error: unknown): void {
    if (error instanceof TorchError && error.code === 'ERR_TORCH_DISTRIBUTED') return;
    distributed.abort(error instanceof Error ? error.message : String(error), this.group);
  }
}

/** Whether this run is to end: ranks do so together. */
export async function anyAborts(
  signal: AbortSignal | undefined,
  group: ProcessGroup | undefined,
): Promise<boolean> {
  const aborts = signal?.aborted === true;
  return group === undefined || group.size === 1 ? aborts : new Ranks(group).any(aborts);
}

function divided<P extends Tree>(all: P, by: number): P {
  const result = torch.scope(() => mapTree(([g]) => g.div(Math.max(by, 1)), all));
  disposeTree(all);
  return result;
}

function requireTasks(count: number, gradients: Tree): void {
  if (count > 0) return;
  disposeTree(gradients);
  throw new TorchError(
    'ERR_TORCH_ARGUMENT',
    'Expected a task for at least one rank for distributed.episodes of train but received none',
    { operator: 'train' },
  );
}
