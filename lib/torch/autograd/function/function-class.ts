import { ArgumentTypeError, describe, invalidArgument } from '../../../errors';
import type { VmapDims } from '../vmap-dims';

/** What a function's `vmap` knows of the samples. */
export type VmapInfo = {
  /** The number of samples. */
  readonly batchSize: number;
  /** As the option of `torch.vmap`. */
  readonly randomness: 'error' | 'different' | 'same';
};

/** A class with derivatives of one's own, as `torch.autograd.Function` describes it. */
export type FunctionClass = {
  readonly name: string;
  forward(...args: never[]): unknown;
  setupContext?(ctx: never, inputs: never, output: never): unknown;
  backward?(ctx: never, ...gradOutputs: never[]): unknown;
  jvp?(ctx: never, ...tangents: never[]): unknown;
  vmap?(
    info: VmapInfo,
    inDims: never,
    ...inputs: never[]
  ): readonly [result: unknown, outDims: VmapDims];
};

/** The arguments of `apply`: those of `forward`, without the context if that comes first. */
export type ArgumentsOf<F extends FunctionClass> = F extends { setupContext: unknown }
  ? Parameters<F['forward']>
  : Parameters<F['forward']> extends [unknown, ...infer A]
    ? A
    : never;

/** The result of `apply`. */
export type ResultOf<F extends FunctionClass> = ReturnType<F['forward']>;

/** Refuses a class that lacks what `apply` needs. */
export function checkedFunction(value: unknown): FunctionClass {
  if (typeof value !== 'function') {
    throw invalidArgument(
      'a class that extends torch.autograd.Function, as in Exp.apply(x),',
      'this',
      value,
      'apply',
    );
  }
  const fn = value as unknown as Partial<FunctionClass>;
  const has = (name: keyof FunctionClass): boolean => typeof fn[name] === 'function';
  for (const name of ['forward', 'setupContext', 'backward', 'jvp', 'vmap'] as const) {
    if (has(name) || (name !== 'forward' && fn[name] === undefined)) continue;
    throw invalidArgument('a static method', `${name} of ${fn.name}`, fn[name], 'apply');
  }
  if (!has('backward') && !has('jvp')) {
    throw new ArgumentTypeError(
      `apply: Expected a static method backward or jvp of ${fn.name} but received ${describe(undefined)}`,
      'apply',
    );
  }
  return value as unknown as FunctionClass;
}
