import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { loadCheckpoint } from '../../lib/train/checkpoint';
import { sealed } from '../../lib/train/seal';
import { temporaryFolder } from '../helpers/folders';

export const folder = temporaryFolder();
export const schema = z.strictObject({ width: z.number(), names: z.array(z.string()).default([]) });
export const config = { width: 2, names: ['a', 'é'] };
export const modelPath = () => join(folder(), 'model.safetensors');
export const configPath = () => join(folder(), 'config.json');
export const fileError = (path: string) =>
  expect.objectContaining({ code: 'ERR_TORCH_FILE', path });

export const load = () => loadCheckpoint(folder(), schema);

/** Changes what `config.json` says, and its checksum with it. */
export function alterConfig(alter: (content: Record<string, unknown>) => void): void {
  const content: Record<string, unknown> = JSON.parse(readFileSync(configPath(), 'utf8'));
  delete content.checksum;
  alter(content);
  writeFileSync(configPath(), JSON.stringify(sealed(content)));
}
