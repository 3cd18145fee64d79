import { extname } from 'node:path';
import { listOf, recordOf, required, someProperties, string } from '../../check';
import { parseFileContent, readJsonFile } from '../../checked-file';
import type { LabeledText } from '../../text';
import { readDataset } from '../../text/datasets/readers/read-dataset';

const byLabel = recordOf(listOf(string));
const rows = listOf(someProperties({ text: required(string), label: required(string) }));

const FORMS = 'examples { label: [text, …] } or [{ text, label }, …]';

/** Examples in JSON, by label or one by one. */
export function readExamplesJson(
  path: string,
): ReturnType<typeof byLabel> | ReturnType<typeof rows> {
  const content = readJsonFile(path, FORMS);
  const check = (...of: Parameters<typeof rows>) =>
    Array.isArray(content) ? rows(...of) : byLabel(...of);
  return parseFileContent(path, check, content, FORMS);
}

/** Examples of a JSON file, or of any file that `readDataset` reads. */
export async function readExamplesFile(path: string): Promise<LabeledText[]> {
  if (extname(path) !== '.json') {
    const { rows: read } = await readDataset(path);
    return read.map(({ text, label }) => ({ text, label }));
  }
  const examples = readExamplesJson(path);
  if (Array.isArray(examples)) return examples;
  return Object.entries(examples).flatMap(([label, texts]) =>
    texts.map((text) => ({ text, label })),
  );
}
