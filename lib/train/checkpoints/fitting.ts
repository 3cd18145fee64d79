import { refuseFile } from '../../files/checked-file';
import { mapTree, type Tree, torch } from '../../torch';
import { type Layouts, withLayout } from './layouts';
import type { RunCheckpoint } from './run-checkpoint';

/** The tensors of a run, and what must be the same for it to go on from a checkpoint. */
export type RunTensors<P extends Tree = Tree, S extends Tree = Tree> = {
  readonly params: P;
  readonly optimizer: S;
};

/** A checkpoint's tensors as the run at hand has its own. */
export type FittedTensors<P extends Tree = Tree, S extends Tree = Tree> = RunTensors<P, S> & {
  readonly best?: P;
};

/**
 * The tensors of a checkpoint on the devices and in the layouts of the run's.
 *
 * @param run the run at its start
 * @throws TorchError `ERR_TORCH_FILE` if they are of another structure, or other shapes or dtypes
 */
export function fitTensors<P extends Tree, S extends Tree>(
  path: string,
  checkpoint: RunCheckpoint,
  run: RunTensors<P, S>,
): FittedTensors<P, S> {
  const { params, optimizer, best, layouts } = checkpoint;
  return torch.scope(() => ({
    params: fitted(path, 'params', run.params, params, layouts),
    optimizer: fitted(path, 'optimizer', run.optimizer, optimizer, layouts),
    ...(best && { best: fitted(path, 'best', run.params, best.params, layouts) }),
  }));
}

function fitted<T extends Tree>(
  path: string,
  name: string,
  own: T,
  saved: Tree,
  layouts: Layouts,
): T {
  try {
    return mapTree(
      ([here, there], at) => {
        const place = at === '' ? name : `${name}.${at}`;
        const [expected, found] = [here, there].map(
          ({ dtype, shape }) => `${dtype} of shape [${shape.join(', ')}]`,
        );
        if (expected !== found) throw refuseFile(path, `${expected} for ${place}`, `${found}`);
        return withLayout(there.to(here.device), layouts[place]);
      },
      own,
      saved,
    );
  } catch (cause) {
    if (cause instanceof TypeError) {
      throw refuseFile(path, `the ${name} of this run`, `others: ${cause.message}`, cause);
    }
    throw cause;
  }
}

/** @throws TorchError `ERR_TORCH_FILE` if a checkpoint is of a run with another fingerprint */
export function requireFingerprint(
  path: string,
  { fingerprint }: RunCheckpoint,
  own: string | undefined,
): void {
  if (fingerprint === own) return;
  const said = (one: string | undefined) => (one === undefined ? 'none' : `'${one}'`);
  const expected = `a run of the same options and data, by the fingerprint ${said(own)}`;
  throw refuseFile(path, expected, said(fingerprint));
}

/** What differs between the circumstances of a checkpoint and of the run at hand, in words. */
export function differences(
  saved: RunCheckpoint['circumstances'],
  own: RunCheckpoint['circumstances'],
): string[] {
  return Object.keys({ ...saved, ...own }).flatMap((name) => {
    const [before, now] = [saved[name], own[name]].map((value) => JSON.stringify(value ?? null));
    return before === now ? [] : [`${name} ${before}, now ${now}`];
  });
}
