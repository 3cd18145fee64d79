import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isPlainObject } from '../../check';
import { TorchError } from '../../errors';
import { onFile, readJsonFile } from '../../files/checked-file';
import { CONFIG_FILE } from '../../train/checkpoint';
import { compressionInWords } from '../../train/compress/compression';
import { isModel } from '../../train/runs/saved-model';
import { cut, screenWidth, tableLines } from '../terminal';

const FOLDERS = ['models', 'runs'];

type Described = {
  folder: string;
  learner: unknown;
  encoder: unknown;
  /** How it was compressed, in words. */
  compression: string | undefined;
  labels: readonly string[];
  tests: readonly unknown[];
};

/** Prints the models in some folders. */
export function listModels(folders: readonly string[], json: boolean): void {
  // Where to look if nobody says may be missing.
  const wanted = folders.length > 0 ? folders : FOLDERS;
  const there = folders.length > 0 ? folders : FOLDERS.filter((folder) => existsSync(folder));
  const damaged: string[] = [];
  const found = there.flatMap((folder) => modelsIn(folder, (message) => damaged.push(message)));
  if (json) console.log(JSON.stringify(found));
  else if (found.length > 0) for (const line of modelLines(found)) console.log(line);
  else if (damaged.length === 0) console.error(`No model is in ${wanted.join(' or ')}`);
  for (const message of damaged) console.error(message);
  if (damaged.length > 0) process.exitCode = 1;
}

/** A table of models, and below a model that was adapted the labels that it knows. */
function modelLines(found: readonly Described[]): string[] {
  const shots = [...new Set(found.flatMap(({ tests }) => tests.map(shotsOf)))].sort(
    (a, b) => a - b,
  );
  const rows = found.map(({ folder, learner, encoder, compression, tests }) => [
    folder,
    [kindOf(learner), kindOf(encoder), compression].filter(Boolean).join(', '),
    ...shots.map((count) =>
      tests
        .filter((test) => shotsOf(test) === count)
        .map(accuracyOf)
        .join(),
    ),
  ]);
  const head = ['model', 'learner, encoder', ...shots.map((count) => `${count}-shot`)];
  // Without an indent: folders take room enough.
  const [first = '', ...lines] = tableLines([head, ...rows], 2).map((line) => line.slice(2));
  return [
    first,
    ...lines.flatMap((line, i) => {
      const { labels } = found[i] ?? { labels: [] };
      const adapted = `  labels: ${labels.join(', ')}`;
      return labels.length === 0 ? [line] : [line, cut(adapted, screenWidth())];
    }),
  ];
}

/** Prints all that is known of a model. */
export function showModel(folder: string): void {
  if (!isModel(folder)) {
    throw new TorchError('ERR_TORCH_FILE', `Cannot show ${folder}: expected a saved model`, {
      path: folder,
    });
  }
  console.log(JSON.stringify({ folder, ...contentOf(folder) }, null, 2));
}

/** @param tell hears of what cannot be read, beside which the others are found */
function modelsIn(folder: string, tell: (message: string) => void): Described[] {
  if (isModel(folder)) return [describe(folder)];
  const entries = onFile(folder, 'a model, or a folder of models', () =>
    readdirSync(folder, { withFileTypes: true }),
  );
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(folder, name))
    .flatMap((path) => {
      try {
        return isModel(path) ? [describe(path)] : [];
      } catch (error) {
        if (!(error instanceof TorchError)) throw error;
        tell(error.message);
        return [];
      }
    });
}

function describe(folder: string): Described {
  const { learner, encoder, compression, examples, run } = contentOf(folder);
  const labels = Array.isArray(examples) ? examples.map((one) => String(Object(one).label)) : [];
  const { tests }: { tests?: unknown } = Object(run);
  return {
    folder,
    learner,
    encoder,
    compression: compression === undefined ? undefined : compressionInWords(compression),
    labels: [...new Set(labels)],
    tests: Array.isArray(tests) ? tests : [],
  };
}

/** What a model says of itself, but for the state of its encoder, which may be long. */
function contentOf(folder: string): Record<string, unknown> {
  const { config }: { config?: unknown } = Object(
    readJsonFile(join(folder, CONFIG_FILE), 'a saved model'),
  );
  if (!isPlainObject(config)) return {};
  const { state: _, vocabulary: __, ...content } = config;
  return content;
}

function kindOf(choice: unknown): string {
  return String(Object(choice).kind ?? '?');
}

function shotsOf(test: unknown): number {
  return Number(Object(test).shots);
}

function accuracyOf(test: unknown): string {
  const { mean, halfWidth } = Object(Object(test).accuracy);
  return `${(100 * mean).toFixed(1)} ± ${(100 * halfWidth).toFixed(1)}`;
}
