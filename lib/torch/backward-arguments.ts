import { flag, knownOptions } from '../check';
import { type ErrorCode, TorchError } from '../errors';

export type BackwardOptions = {
  /** Keep the graph for another pass. Default: `createGraph`. */
  retainGraph?: boolean;
  /** Record the gradients' own computation, for gradients of gradients. Default: false. */
  createGraph?: boolean;
};

/** The options of `backward`, checked and filled. */
export function backwardOptions(options: BackwardOptions = {}): Required<BackwardOptions> {
  const known = knownOptions(options, ['retainGraph', 'createGraph'], 'backward');
  const { createGraph = false, retainGraph = createGraph } = known;
  flag(createGraph, 'createGraph', 'backward');
  flag(retainGraph, 'retainGraph', 'backward');
  return { retainGraph, createGraph };
}

type Facts = { readonly shape: readonly number[]; readonly dtype: string; readonly device: string };

/** Refuses a tensor of another shape, dtype or device than the one that it is given for. */
export function requireAlike(tensor: Facts, given: Facts, name: string, operator = name): void {
  const facts = (of: Facts): [ErrorCode, string][] => [
    ['ERR_TORCH_SHAPE', `shape [${of.shape.join(', ')}]`],
    ['ERR_TORCH_DTYPE', `dtype ${of.dtype}`],
    ['ERR_TORCH_DEVICE', `device ${of.device}`],
  ];
  const received = facts(given);
  for (const [i, [code, expected]] of facts(tensor).entries()) {
    const found = received[i]?.[1];
    if (found === expected) continue;
    const message = `${operator}: Expected ${expected} for ${name} but received ${found}`;
    throw new TorchError(code, message, { operator });
  }
}
