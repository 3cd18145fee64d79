import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TorchError } from '../../errors';
import type { Episodes } from '../../meta';
import { disposeTree, mapTree, type ProcessGroup, type Tree, torch } from '../../torch';
import { checkpointPath } from '../checkpoints/checkpoint-folder';
import type { Sum } from '../step-gradient';
import { broadcastBytes } from './gather-values';
import { allReduceTree, broadcastTree } from './reduce-tree';
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
    reduction: 'mean' | 'sum',
    stop: boolean,
  ): Promise<{ sum: Sum<P>; stop: boolean }> {
    const { episodes } = own;
    const weight = reduction === 'mean' ? episodes : 1;
    const weighed = torch.scope(() => mapTree(([g]) => g.mul(weight), own.gradients));
    const numbers = torch.tensor(
      [own.loss, own.accuracy]
        .map((value) => (episodes === 0 ? 0 : value * episodes))
        .concat([episodes, Number(stop)]),
      { dtype: 'float64' },
    );
    try {
      const [total, all] = await Promise.all([
        distributed.allReduceAsync(numbers, { group: this.group }),
        allReduceTree(weighed, this.group),
      ]);
      const [loss = 0, accuracy = 0, count = 0, stops = 0] = Array.from(total.data(), Number);
      total.dispose();
      requireTasks(count);
      const gradients = reduction === 'sum' ? all : divided(all, count);
      return {
        sum: { gradients, loss: loss / count, accuracy: accuracy / count, episodes: count },
        stop: stops > 0,
      };
    } finally {
      numbers.dispose();
      disposeTree(weighed);
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
  const result = torch.scope(() => mapTree(([g]) => g.div(by), all));
  disposeTree(all);
  return result;
}

function requireTasks(count: number): void {
  if (count > 0) return;
  throw new TorchError(
    'ERR_TORCH_ARGUMENT',
    'Expected a task for at least one rank for distributed.episodes of train but received none',
    { operator: 'train' },
  );
}
