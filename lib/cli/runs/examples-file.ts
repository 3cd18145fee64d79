import { extname } from 'node:path';
import { listOf, recordOf, required, someProperties, string } from '../../check';
import { ArgumentRangeError, ArgumentTypeError, TorchError } from '../../errors';
import { parseFileContent, readOwnJsonFile } from '../../files/checked-file';
import { readExamples } from '../../serve/examples/read-examples';
import type { LabeledText } from '../../text';
import { readDataset } from '../../text/datasets/readers/read-dataset';

const byLabel = recordOf(listOf(string));
const rows = listOf(someProperties({ text: required(string), label: required(string) }));

const FORMS = 'examples { label: [text, …] } or [{ text, label }, …]';

/**
 * Examples in JSON, by label or one by one.
 *
 * @throws TorchError `ERR_TORCH_FILE` for another form, or a key twice
 */
export function readExamplesJson(
  path: string,
): ReturnType<typeof byLabel> | ReturnType<typeof rows> {
  const content = readOwnJsonFile(path, FORMS);
  const check = (...of: Parameters<typeof rows>) =>
    Array.isArray(content) ? rows(...of) : byLabel(...of);
  return parseFileContent(path, check, content, FORMS);
}

/**
 * Examples of a JSON file, or of any file that `readDataset` reads.
 *
 * @throws TorchError `ERR_TORCH_FILE` that names the file, also for labels or texts that contradict each other
 */
export async function readExamplesFile(path: string): Promise<readonly LabeledText[]> {
  const given = extname(path) === '.json' ? readExamplesJson(path) : (await readDataset(path)).rows;
  return onExamples(path, () => readExamples(given, 'the examples').rows);
}

/** Runs what uses the examples of a file: what is wrong with them is said with its name. */
export async function onExamples<T>(path: string, use: () => T | Promise<T>): Promise<T> {
  try {
    return await use();
  } catch (error) {
    const isArgument = error instanceof ArgumentTypeError || error instanceof ArgumentRangeError;
    if (!isArgument) throw error;
    throw new TorchError('ERR_TORCH_FILE', `Cannot use ${path}: ${error.message}`, {
      path,
      cause: error,
    });
  }
}
