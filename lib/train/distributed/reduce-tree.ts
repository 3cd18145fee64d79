import {
  disposeTree,
  flattenTree,
  type ProcessGroup,
  type Tensor,
  type Tree,
  torch,
  unflattenTree,
} from '../../torch';

const { distributed } = torch;

/** Bytes that travel at once: while they do, the next are packed. */
const BUCKET_BYTES = 32 * 2 ** 20;

const WIDTHS: Readonly<Record<string, number>> = {
  float64: 8,
  float32: 4,
  float16: 2,
  bfloat16: 2,
};

/** Tensors that follow each other, of one dtype and of at most so many bytes unless one alone has more. */
function buckets(tensors: readonly Tensor[], bytes: number): Tensor[][] {
  const all: Tensor[][] = [];
  let room = 0;
  let dtype = '';
  for (const tensor of tensors) {
    const size = tensor.numel() * (WIDTHS[tensor.dtype] ?? 8);
    const last = all.at(-1);
    if (last !== undefined && tensor.dtype === dtype && size <= room) {
      last.push(tensor);
      room -= size;
    } else {
      all.push([tensor]);
      room = bytes - size;
      dtype = tensor.dtype;
    }
  }
  return all;
}

function pack(tensors: readonly Tensor[]): Tensor {
  return torch.scope(() => torch.cat(tensors.map((tensor) => tensor.detach().reshape([-1]))));
}

function unpack(packed: Tensor, like: readonly Tensor[]): Tensor[] {
  return torch.scope(() => {
    const parts = packed.splitWithSizes(like.map((tensor) => tensor.numel()));
    return like.map((tensor, i) => {
      const part = parts[i];
      if (part === undefined) throw new Error('Expected a part for each tensor');
      return part.reshape(tensor.shape).clone();
    });
  });
}

/** Sends the tree's tensors through `call` in buckets, in the same order on all ranks. */
async function inBuckets<P extends Tree>(
  tree: P,
  call: (packed: Tensor) => Promise<Tensor>,
  bytes: number,
): Promise<P> {
  const flat = flattenTree(tree);
  const groups = buckets(Object.values(flat), bytes);
  const results = await Promise.allSettled(
    groups.map(async (tensors) => {
      const packed = pack(tensors);
      try {
        const moved = await call(packed);
        const parts = unpack(moved, tensors);
        moved.dispose();
        return parts;
      } finally {
        packed.dispose();
      }
    }),
  );
  const parts = results.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
  const failed = results.find((one) => one.status === 'rejected');
  if (failed !== undefined) {
    disposeTree(parts);
    throw failed.reason;
  }
  const named = Object.keys(flat).flatMap((name, i) => parts.slice(i, i + 1).map((t) => [name, t]));
  return unflattenTree(Object.fromEntries(named), tree);
}

/** The sums over all ranks of a tree of tensors. The tree stays as it is. */
export function allReduceTree<P extends Tree>(
  tree: P,
  group: ProcessGroup,
  bytes = BUCKET_BYTES,
): Promise<P> {
  return inBuckets(tree, (packed) => distributed.allReduceAsync(packed, { group }), bytes);
}

/** The tree of rank 0. That of the others says what they expect. */
export function broadcastTree<P extends Tree>(tree: P, group: ProcessGroup): Promise<P> {
  return inBuckets(tree, (packed) => distributed.broadcastAsync(packed, { group }), BUCKET_BYTES);
}
