import { deserialize, serialize } from 'node:v8';
import { type ProcessGroup, type Tensor, torch } from '../../torch';

const { distributed } = torch;

/** The values of all ranks, in their order: numbers, strings, and lists and plain objects of them. */
export function gatherValues<T>(value: T, group: ProcessGroup): T[] {
  if (group.size === 1) return [value];
  const bytes = serialize(value);
  return torch.scope(() => {
    const lengths = distributed
      .allGather(torch.tensor([bytes.length], { dtype: 'int64' }), { group })
      .map((length) => Number(length.item()));
    const padded = new Uint8Array(Math.max(...lengths));
    padded.set(bytes);
    const all = distributed.allGather(bytesTensor(padded), { group });
    // Every rank runs the same program: what it has serialized is of the same type.
    return all.map((tensor, i) => deserialize(bytesOf(tensor).subarray(0, lengths[i])) as T);
  });
}

/** The bytes that rank 0 has, on all ranks; undefined if it has none. */
export async function broadcastBytes(
  bytes: Uint8Array | undefined,
  group: ProcessGroup,
): Promise<Uint8Array | undefined> {
  const own = torch.tensor([bytes?.length ?? -1], { dtype: 'int64' });
  const size = await distributed.broadcastAsync(own, { group });
  const length = Number(size.item());
  own.dispose();
  size.dispose();
  if (length < 0) return undefined;
  const content = bytesTensor(group.rank === 0 && bytes ? bytes : new Uint8Array(length));
  const moved = await distributed.broadcastAsync(content, { group });
  const result = bytesOf(moved);
  content.dispose();
  moved.dispose();
  return result;
}

function bytesTensor(bytes: Uint8Array): Tensor {
  return torch.tensor(bytes, { dtype: 'uint8' });
}

function bytesOf(tensor: Tensor): Uint8Array {
  return Uint8Array.from(tensor.data(), Number);
}
