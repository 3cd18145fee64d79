import { flag, isOptions, knownOptions, refuseSurplus } from '../../check';
import { ArgumentTypeError, type ErrorCode, invalidArgument, TorchError } from '../../errors';
import type { Handle } from '../../native';
import { handleOf, isTensorHandle, type TensorHandle } from '../handle';

/** `T` is the type of tensors. */
export type BackwardOptions<T = TensorHandle> = {
  /** Keep the graph for another pass. Default: `createGraph`. */
  retainGraph?: boolean;
  /** Record the gradients' own computation, for gradients of gradients. Default: false. */
  createGraph?: boolean;
  /** What multiplies the gradients, with the tensor's shape, unless it is given before the options. */
  gradient?: T;
  /** The only tensors into whose `.grad` to accumulate, leaves or not. Default: all leaves. */
  inputs?: T | readonly T[];
};

type BackwardArguments = {
  readonly seeds: Handle[] | null;
  readonly retainGraph: boolean;
  readonly createGraph: boolean;
  readonly inputs: Handle[] | null;
};

const KNOWN = ['retainGraph', 'createGraph', 'gradient', 'inputs'] as const;

/** The arguments of `backward`, checked and filled: a gradient, options, or both. */
export function backwardArguments(args: readonly unknown[]): BackwardArguments {
  const [first, second] = args;
  const isFirst = args.length === 1 && isOptions(first);
  refuseSurplus(args.slice(2), 'backward');
  const options = isFirst ? first : second;
  const known = knownOptions<BackwardOptions>(
    options === undefined ? {} : (options as BackwardOptions),
    KNOWN,
    'backward',
  );
  const { createGraph = false, retainGraph = createGraph, inputs } = known;
  flag(createGraph, 'createGraph', 'backward');
  flag(retainGraph, 'retainGraph', 'backward');
  const before = isFirst ? undefined : first;
  if (before !== undefined && known.gradient !== undefined) {
    const message = 'backward: Received gradient both by position and by name';
    throw new ArgumentTypeError(message, 'backward');
  }
  const gradient = before === undefined ? known.gradient : before;
  return {
    seeds: gradient === undefined ? null : [tensorHandle(gradient, 'gradient')],
    retainGraph,
    createGraph,
    inputs: inputs === undefined ? null : inputHandles(inputs),
  };
}

function inputHandles(inputs: unknown): Handle[] {
  const list: unknown = isTensorHandle(inputs) ? [inputs] : inputs;
  if (!Array.isArray(list) || list.length === 0) {
    throw invalidArgument('a tensor, or an array of at least one,', 'inputs', inputs, 'backward');
  }
  // `map` would pass over holes.
  return Array.from(list, (input: unknown, i) => tensorHandle(input, `inputs[${i}]`));
}

function tensorHandle(value: unknown, name: string): Handle {
  if (isTensorHandle(value)) return handleOf(value);
  throw invalidArgument('a tensor', name, value, 'backward');
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
