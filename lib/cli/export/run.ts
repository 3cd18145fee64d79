import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readJsonFile } from '../../files/checked-file';
import { FewShotClassifier } from '../../serve';
import { exportOnnx, loadEncoder } from '../../text';
import { CONFIG_FILE } from '../../train/checkpoint';
import { forUser } from '../user-error';

const MEGABYTE = 1e6;

/** Writes a saved classifier or an encoder as an ONNX file, and prints what it gives. */
export async function runExport(
  model: string,
  file: string,
  { json }: { json?: boolean },
): Promise<void> {
  const labels = await forUser(() =>
    isClassifier(model) ? exportClassifier(model, file) : exportEncoder(model, file),
  );
  const { size: bytes } = statSync(file);
  const outputs = ['sentence_embedding', ...(labels === null ? [] : ['scores', 'probabilities'])];
  if (json) {
    console.log(JSON.stringify({ file, bytes, outputs, labels }, null, 2));
    return;
  }
  console.log(`${file}: ${(bytes / MEGABYTE).toFixed(1)} MB`);
  console.log('Inputs: input_ids, attention_mask, int64 [batch, tokens]');
  console.log(`Outputs: ${outputs.join(', ')}`);
  if (labels !== null) console.log(`Labels: ${labels.join(', ')}`);
}

function isClassifier(model: string): boolean {
  const path = join(model, CONFIG_FILE);
  if (!existsSync(path)) return false;
  const { config }: { config?: unknown } = Object(readJsonFile(path, 'a model'));
  return Object(config).kind === 'few-shot-classifier';
}

async function exportClassifier(model: string, file: string): Promise<readonly string[]> {
  await using classifier = await FewShotClassifier.load(model);
  classifier.exportOnnxSync(file);
  return classifier.labels;
}

async function exportEncoder(model: string, file: string): Promise<null> {
  using encoder = await loadEncoder(model);
  exportOnnx(file, encoder);
  return null;
}
