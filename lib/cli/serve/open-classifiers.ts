import { statSync } from 'node:fs';
import { basename, extname, resolve } from 'node:path';
import { TorchError } from '../../errors';
import {
  AdaptedClassifier,
  ClassifierStore,
  type Classifiers,
  type EncoderPool,
  FewShotClassifier,
  MetaModelPool,
  type Servable,
} from '../../serve';
import { classifierName } from '../../serve/store/classifiers';
import { MemoryClassifiers } from '../../serve/store/memory-classifiers';
import { isStore } from '../../serve/store/store-mark';
import { isModel } from '../../train/runs/saved-model';
import { onExamples, readExamplesJson } from '../runs/examples-file';

export type Opened = {
  classifiers: Classifiers;
  /** True where changes would be lost with the process. */
  readOnly: boolean;
  /** Paths that were not read, since the store has classifiers of their names. */
  passedOver: readonly { name: string; path: string }[];
};

/** How classifiers are opened. */
export type OpenOptions = {
  /** The folder of a store that keeps them. */
  readonly store?: string | undefined;
  /** The folder of a meta-trained model that adapts to examples. */
  readonly model?: string | undefined;
  /** Threads of a meta-trained model. */
  readonly workers: number;
};

/**
 * Opens what the command line names: one store; or saved classifiers and files of examples, which a store
 * takes in, under their names, unless it has them.
 */
export async function openClassifiers(
  paths: readonly string[],
  { store, model, workers }: OpenOptions,
  pool: EncoderPool,
): Promise<Opened> {
  const [first] = paths;
  if (store === undefined && first !== undefined && keepsChanges(paths, store)) {
    const classifiers = await ClassifierStore.open(first, { pool, model, workers });
    return { classifiers, readOnly: false, passedOver: [] };
  }
  if (first === undefined && store === undefined) {
    throw wrong('Expected classifiers or examples to serve, or --store, but received neither');
  }
  const stray = paths.find(isStore);
  if (stray !== undefined) throw wrong(`Expected ${stray}, which is a store, as the only path`);
  const named = byName(paths);
  if (store === undefined) {
    const classifiers = await inMemory(named, { model, workers }, pool);
    return { classifiers, readOnly: true, passedOver: [] };
  }
  const classifiers = await ClassifierStore.open(store, { pool, model, workers });
  try {
    const passedOver: { name: string; path: string }[] = [];
    for (const [name, path] of named) {
      if (classifiers.get(name) !== undefined) passedOver.push({ name, path });
      else await takeIn(classifiers, name, path);
    }
    return { classifiers, readOnly: false, passedOver };
  } catch (error) {
    await classifiers.close();
    throw error;
  }
}

/** Whether what classifiers learn is kept: by a store, which may be the only path. */
export function keepsChanges(paths: readonly string[], store: string | undefined): boolean {
  return store !== undefined || (paths.length === 1 && paths.every(isStore));
}

function byName(paths: readonly string[]): Map<string, string> {
  const named = new Map<string, string>();
  for (const path of paths) {
    const name = classifierName(nameOf(path), `serve ${path}`);
    const before = named.get(name);
    if (before !== undefined)
      throw wrong(`Expected different names but ${before} and ${path} are both ${name}`);
    named.set(name, path);
  }
  return named;
}

/** The name of a folder or file, without `.json`, in lower case. */
function nameOf(path: string): string {
  const whole = resolve(path);
  return basename(whole, extname(whole) === '.json' ? '.json' : '').toLowerCase();
}

async function inMemory(
  named: ReadonlyMap<string, string>,
  { model, workers }: Omit<OpenOptions, 'store'>,
  pool: EncoderPool,
): Promise<Classifiers> {
  const adapted = model === undefined ? undefined : await MetaModelPool.open(model, { workers });
  const classifiers = new MemoryClassifiers({}, pool, adapted);
  try {
    for (const [name, path] of named) {
      if (isFolder(path)) classifiers.adopt(name, await loadClassifier(path, workers, pool));
      else await onExamples(path, () => classifiers.put(name, readExamplesJson(path), {}));
    }
    return classifiers;
  } catch (error) {
    await classifiers.close();
    throw error;
  }
}

async function takeIn(store: ClassifierStore, name: string, path: string): Promise<void> {
  if (isFolder(path)) {
    await store.import(name, path);
  } else await onExamples(path, () => store.put(name, readExamplesJson(path), {}));
}

function loadClassifier(path: string, workers: number, pool: EncoderPool): Promise<Servable> {
  return isModel(path)
    ? AdaptedClassifier.load(path, { workers })
    : FewShotClassifier.load(path, { pool });
}

function isFolder(path: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats !== undefined) return stats.isDirectory();
  throw new TorchError(
    'ERR_TORCH_FILE',
    `Cannot serve ${path}: there is no such file or folder; \`npx metatorch try\` makes models/intents`,
    {
      path,
    },
  );
}

function wrong(message: string): TorchError {
  return new TorchError('ERR_TORCH_ARGUMENT', message);
}
