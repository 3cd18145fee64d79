import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isPlainObject } from '../../check';
import { readJsonFile } from '../../checked-file';
import { TorchError } from '../../errors';
import { CONFIG_FILE } from '../../train/checkpoint';
import { compressionInWords } from '../../train/compress/compression';
import { isModel } from '../../train/runs/saved-model';

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
  const found = (folders.length > 0 ? folders : FOLDERS).flatMap(modelsIn).map(describe);
  if (json) {
    console.log(JSON.stringify(found));
    return;
  }
  for (const { folder, learner, encoder, compression, labels, tests } of found) {
    const kinds = [kindOf(learner), kindOf(encoder), compression].filter(Boolean).join(', ');
    const adapted = labels.length > 0 ? `  labels: ${labels.join(', ')}` : '';
    console.log(`${folder}  ${kinds}  ${tests.map(inWords).join('  ')}${adapted}`.trimEnd());
  }
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

function modelsIn(folder: string): string[] {
  if (isModel(folder)) return [folder];
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => join(folder, name))
      .filter(isModel);
  } catch {
    return [];
  }
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

function inWords(test: unknown): string {
  const { shots, accuracy } = Object(test);
  const { mean, halfWidth } = Object(accuracy);
  return `${shots}-shot ${(100 * mean).toFixed(1)} ± ${(100 * halfWidth).toFixed(1)}`;
}
