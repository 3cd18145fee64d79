import { join } from 'node:path';
import { onFile, refuseFile } from '../../files/checked-file';
import { DATA_FOLDER } from '../../shipped-files';
import type { SentenceEncoder } from '../../text';
import { readSafetensors, type Tensor, torch } from '../../torch';

/** What meta-training has learned of an encoder's vectors: see `metaTrained`. */
export type HeadMap = {
  /** A `[D, D]`: features become x A. The mean squared length of its rows is 1. */
  weights: Tensor;
  /** `[D]`, of length 1: the mean direction of the texts that it was trained on. */
  direction: Tensor;
  /** `[2]`: the cosines with the direction up to which A counts for nothing, and from which for all. */
  gate: Tensor;
};

/** Encoders are told apart by what they make of this text, so copies and lower precisions are known too. */
export const PROBE = 'I would like to know when my order will arrive.';
const LEAST_COSINE = 0.97;

/** The file for encoders of so many dimensions. */
const FILES: ReadonlyMap<number, string> = new Map([
  [384, 'all-MiniLM-L6-v2.safetensors'],
  [512, 'use-lite.safetensors'],
]);

/**
 * The path of the map that comes with the package for an encoder; undefined if there is none.
 *
 * @throws TorchError `ERR_TORCH_FILE` if the file is missing or damaged
 */
export function headMapFile(encoder: SentenceEncoder): string | undefined {
  const name = FILES.get(encoder.dimensions);
  if (name === undefined) return undefined;
  const path = join(DATA_FOLDER, 'heads', name);
  return torch.scope(() => {
    const own = encoder.encodeSync([PROBE]).squeeze(0);
    const probe = tensorOf(path, readSafetensors(path).tensors, 'probe', [encoder.dimensions]);
    const cosine = torch.cosineSimilarity(own, probe, { dim: 0 });
    return Number(cosine.item()) >= LEAST_COSINE ? path : undefined;
  });
}

/** Reads a map. @throws TorchError `ERR_TORCH_FILE` if the file is missing, damaged or foreign */
export function readHeadMap(path: string): HeadMap {
  return torch.scope(() => {
    const { tensors } = onFile(path, 'a meta-trained head', () => readSafetensors(path));
    const size = tensors['direction']?.size(0) ?? 0;
    return {
      weights: tensorOf(path, tensors, 'weights', [size, size]),
      direction: tensorOf(path, tensors, 'direction', [size]),
      gate: tensorOf(path, tensors, 'gate', [2]),
    };
  });
}

function tensorOf(
  path: string,
  tensors: Readonly<Record<string, Tensor>>,
  name: string,
  shape: readonly number[],
): Tensor {
  const tensor = tensors[name]?.to('float32');
  // The sum of numbers that are not all finite is not finite either, and takes less time than to look at each.
  if (tensor?.shape.join() === shape.join() && Number.isFinite(tensor.sum().item())) return tensor;
  const found = tensor === undefined ? 'nothing' : `[${tensor.shape.join(', ')}]`;
  throw refuseFile(path, `finite numbers '${name}' [${shape.join(', ')}]`, found);
}
