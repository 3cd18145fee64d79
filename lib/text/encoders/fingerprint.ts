import { createHash } from 'node:crypto';
import { flattenTree, type Tree } from '../../torch';
import { safetensorsChunks } from '../../torch/files/safetensors';

/**
 * sha256, in hex, of an encoder's parameters and of the facts that decide beside them what texts become.
 * The same parameters have the same one, wherever they were read.
 */
export function fingerprintOf(params: Tree, facts: { readonly [name: string]: unknown }): string {
  const digest = createHash('sha256').update(JSON.stringify(facts));
  for (const chunk of safetensorsChunks(flattenTree(params))) digest.update(chunk);
  return digest.digest('hex');
}
