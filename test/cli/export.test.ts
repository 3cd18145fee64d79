import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runExport } from '../../lib/cli/export/run';

const BERT = join(__dirname, '../fixtures/encoders/bert');

async function run(model: string, file: string, options = {}): Promise<string> {
  const lines: string[] = [];
  const log = jest.spyOn(console, 'log').mockImplementation((line) => void lines.push(line));
  try {
    await runExport(model, file, options);
  } finally {
    log.mockRestore();
  }
  return lines.join('\n');
}

test('writes an encoder, and says what the file takes and gives', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'metatorch-export-'));
  try {
    const file = join(folder, 'encoder.onnx');
    const said = await run(BERT, file);
    expect(said).toContain('Inputs: input_ids, attention_mask, int64 [batch, tokens]');
    expect(said).toContain('Outputs: sentence_embedding');
    const { bytes, outputs, labels } = JSON.parse(await run(BERT, file, { json: true }));
    expect(bytes).toBe(readFileSync(file).length);
    expect([outputs, labels]).toEqual([['sentence_embedding'], null]);
    await expect(run('use-lite', join(folder, 'other.onnx'))).rejects.toThrow(/BERT family/);
    await expect(run(join(folder, 'nothing'), file)).rejects.toThrow(/Cannot load the encoder/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
