import type { Json } from '../../check';
import { addonBuildVersion } from '../../native';
import { packageVersion } from '../../package-version';
import { type Generator, type ProcessGroup, torch } from '../../torch';
import type { Callback } from '../callbacks/callback';
import type { Divisible } from '../distributed/reduction';
import { ranksOf } from '../distributed/train-distributed';
import type { checkpointOptions } from './checkpoint-options';
import { Checkpoints } from './checkpoints';

/** What of the settings of `train` concerns checkpoints. */
type Settings = {
  learner: Divisible;
  checkpoints?: ReturnType<typeof checkpointOptions> | undefined;
  generator?: Generator | undefined;
  evaluateEvery: number;
  accumulate: number;
  precision: string;
  clipNorm?: number | undefined;
  tasksAtOnce?: number | undefined;
  distributed?: { group?: ProcessGroup | undefined } | undefined;
};

/** The checkpoints of a run, if it has any, by default in their own folder. @throws as `Checkpoints` */
export function openCheckpoints(
  settings: Settings,
  callbacks: readonly Callback[],
  folder = settings.checkpoints?.folder,
): Checkpoints | undefined {
  const { checkpoints, generator, evaluateEvery } = settings;
  if (checkpoints === undefined || folder === undefined) return undefined;
  const own = Object.entries(checkpoints.generators);
  const generators = Object.fromEntries([
    ...(generator ? [['generator', generator] as const] : []),
    ...own.map(([name, one]) => [`generators.${name}`, one] as const),
  ]);
  return new Checkpoints(
    { ...checkpoints, folder, every: checkpoints.every ?? evaluateEvery },
    { callbacks, generators, circumstances: circumstancesOf(settings, generators, callbacks) },
  );
}

/** What changes the numbers of a run. */
function circumstancesOf(
  { learner, evaluateEvery, accumulate, precision, clipNorm, tasksAtOnce, distributed }: Settings,
  generators: Readonly<Record<string, Generator>>,
  callbacks: readonly Callback[],
): { readonly [name: string]: Json } {
  return {
    metatorch: packageVersion(),
    libtorch: addonBuildVersion(),
    threads: torch.getNumThreads(),
    evaluateEvery,
    accumulate,
    precision,
    clipNorm: clipNorm ?? null,
    tasksAtOnce: tasksAtOnce ?? null,
    ranks: ranksOf(distributed, learner)?.group.size ?? 1,
    seeds: Object.fromEntries(
      Object.entries(generators).map(([name, { seed }]) => [name, `${seed}`]),
    ),
    callbacks: callbacks.filter(({ state }) => state !== undefined).map(({ name }) => name),
  };
}
