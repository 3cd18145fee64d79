import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { TorchError } from '../../errors';
import { CONFIG_FILE } from '../../train/checkpoint';

/**
 * Refuses to write a model over another one.
 *
 * @param work what is done with the folder: `train`
 * @param flags what allows it: `--overwrite`
 */
export function requireNoModel(out: string, work: string, flags: string): void {
  if (!existsSync(join(out, CONFIG_FILE))) return;
  throw new TorchError(
    'ERR_TORCH_FILE',
    `Cannot ${work} into ${out}: a model is there already; name another folder by --out, or use ${flags}`,
    { path: out },
  );
}
