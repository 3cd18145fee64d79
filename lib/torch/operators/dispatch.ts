import { isOptions } from '../../check/options';
import type { OverloadInfo } from '../../native';
import { binding } from '../binding';
import { chosenDevice } from '../defaults/default-device';
import { type Complex, isComplex } from '../dtype';
import { handleOf } from '../handle';
import { isTensor, type Tensor, tensorOf } from '../tensor';
import { type Options, settledOptions, settledValue } from './arguments';
import { dispatch } from './dispatch-values';
import { noMatch, REQUIRES_GRAD, takesGradient } from './mismatch';
import { named } from './named-results';
import { intoOut } from './out-tensors';
import { compileOverload, isUsable, type Overload, type Parameter } from './overload';
import { gathered } from './variadic';

export type Call = (...args: unknown[]) => unknown;

/** The overload without a name, as PyTorch calls it. */
export const DEFAULT = 'default';

type Resolved = {
  readonly overload: Overload;
  /** The arguments by position, as the caller gave them. */
  readonly positional: readonly unknown[];
  readonly values: readonly unknown[];
  readonly options: Options | undefined;
};

/**
 * The overloads of one operator, or one of them. They are read from libtorch when the operator is first called, so
 * an operator that is never used costs nothing.
 */
export class Operator {
  /** The name in libtorch, for example `aten::add`, or `aten::add.out` for one overload. */
  readonly name: string;
  readonly #isIncluded: (info: OverloadInfo) => boolean;
  #overloads: readonly Overload[] | undefined;
  /** Overload that takes one tensor and nothing else, and returns one; -1 if there is none. */
  #unary = -1;
  /** Likewise for two tensors, */
  #binary = -1;
  /** and for three. */
  #ternary = -1;

  /** Of all overloads that can be told apart, or of that with a name. */
  constructor(name: string, overload?: string) {
    this.name = overload === undefined ? name : `${name}.${overload}`;
    this.#isIncluded =
      overload === undefined ? isUsable : (info) => (info.overload || DEFAULT) === overload;
  }

  get overloads(): readonly Overload[] {
    this.#overloads ??= this.#load();
    return this.#overloads;
  }

  /**
   * Calls the first overload that takes the arguments; options may come last. One to three tensors and no
   * more is the commonest call: no search.
   */
  call(args: readonly unknown[]): unknown {
    if (args.length === 2 && this.#binary >= 0) {
      const [self, other] = args;
      if (isTensor(self) && isTensor(other)) {
        return tensorOf(binding.dispatch(this.#binary, handleOf(self), handleOf(other)) as number);
      }
    } else if (args.length === 1 && this.#unary >= 0) {
      const [self] = args;
      if (isTensor(self)) return tensorOf(binding.dispatch(this.#unary, handleOf(self)) as number);
    } else if (args.length === 3 && this.#ternary >= 0) {
      const [first, second, third] = args;
      if (isTensor(first) && isTensor(second) && isTensor(third)) {
        const [a, b, c] = [handleOf(first), handleOf(second), handleOf(third)];
        return tensorOf(binding.dispatch(this.#ternary, a, b, c) as number);
      }
    }
    return this.#search(args);
  }

  /** The same with `self` first. */
  callMethod(self: Tensor, args: readonly unknown[]): unknown {
    if (args.length === 1 && this.#binary >= 0) {
      const [other] = args;
      if (isTensor(other)) {
        return tensorOf(binding.dispatch(this.#binary, handleOf(self), handleOf(other)) as number);
      }
    } else if (args.length === 0 && this.#unary >= 0) {
      return tensorOf(binding.dispatch(this.#unary, handleOf(self)) as number);
    }
    return this.#search([self, ...args]);
  }

  #search(args: readonly unknown[]): unknown {
    const resolved = this.resolve(args);
    const { overload, values, options } = resolved;
    overload.check?.(values);
    const results =
      overload.outs.length > 0 ? intoOut(overload, values) : dispatch(overload.id, values);
    const result = wrapResults(resolved, results);
    if (overload.isFactory && options?.[REQUIRES_GRAD] === true) {
      (result as Tensor).requiresGrad_();
    }
    return result;
  }

  /**
   * The overload that `call` would run, and what it would be given in the schema's order. The caller's
   * objects are read before any handle is: their code may dispose of tensors, whose handles others get.
   */
  resolve(args: readonly unknown[]): Resolved {
    const last = args[args.length - 1];
    const hasOptions = !isTensor(last) && isOptions(last) && !isComplex(last);
    const options = hasOptions ? settledOptions(last) : undefined;
    const count = options === undefined ? args.length : args.length - 1;
    const positional: unknown[] = [];
    for (let i = 0; i < count; i++) positional.push(settledValue(args[i]));
    const { overloads } = this;
    for (const accept of WAYS_TO_ACCEPT) {
      for (let i = 0; i < overloads.length; i++) {
        const overload = overloads[i] as Overload;
        const values = match(overload, positional, options, accept);
        if (values === undefined) continue;
        if (overload.ownDevice >= 0) values[overload.ownDevice] ??= chosenDevice();
        return { overload, positional, values: convert(overload, values), options };
      }
    }
    throw noMatch(this, positional, options);
  }

  #load(): readonly Overload[] {
    const name = this.name.replace(/\..*$/, '');
    const overloads = binding.overloads(name).filter(this.#isIncluded).map(compileOverload);
    // Fewer arguments first: `sum(self)` before `sum(self, dim?)`.
    overloads.sort((a, b) => a.parameters.length - b.parameters.length);
    this.#unary = plainOverload(overloads, 1);
    this.#binary = plainOverload(overloads, 2);
    this.#ternary = plainOverload(overloads, 3);
    return overloads;
  }
}

const operators = new Map<string, Operator>();

/** The operator of a name such as `aten::add`, one for all doors that lead to it. */
export function operatorNamed(name: string): Operator {
  let operator = operators.get(name);
  if (operator === undefined) {
    operator = new Operator(name);
    operators.set(name, operator);
  }
  return operator;
}

function plainOverload(overloads: readonly Overload[], tensors: number): number {
  const found = overloads.find(
    ({ parameters, positionals }) =>
      positionals >= tensors &&
      parameters.every((parameter, i) =>
        i < tensors ? parameter.type === 'Tensor' : parameter.optional,
      ),
  );
  const isPlain = found?.returned.length === 0 && found.check === undefined;
  if (found === undefined || !isPlain) return -1;
  return found.returns.length === 1 && found.returns[0] === 'Tensor' ? found.id : -1;
}

/** The value that a parameter takes for another; undefined if it takes none. */
type Accept = (parameter: Parameter, value: unknown) => unknown;

const asItIs: Accept = (parameter, value) => (parameter.accepts(value) ? value : undefined);

// As PyTorch: a number, where nothing takes the tensor and none would have to be differentiated.
const asNumber: Accept = (parameter, value) => {
  if (parameter.accepts(value)) return value;
  if (!parameter.isNumber || !isTensor(value) || value.ndim > 0 || value.requiresGrad) {
    return undefined;
  }
  if (parameter.type === 'integer' && !value.dtype.includes('int')) return undefined;
  const number = binding.item(handleOf(value));
  return parameter.accepts(number) ? number : undefined;
};

const WAYS_TO_ACCEPT = [asItIs, asNumber] as const;

/** The values to dispatch with, in the schema's order; undefined if the overload does not fit. */
function match(
  overload: Overload,
  given: readonly unknown[],
  options: Options | undefined,
  accept: Accept,
): unknown[] | undefined {
  const { parameters } = overload;
  const positional = gathered(given, overload.variadic);
  if (positional.length > overload.positionals) return undefined;
  const values = new Array<unknown>(parameters.length);
  let named = overload.isFactory && takesGradient(options) ? 1 : 0;
  for (let i = 0; i < parameters.length; i++) {
    const parameter = parameters[i] as Parameter;
    let value = positional[i];
    if (value === undefined && options !== undefined && parameter.name in options) {
      value = options[parameter.name];
      named++;
    }
    if (value === undefined || (value === null && parameter.optional)) {
      if (!parameter.optional) return undefined;
    } else {
      const accepted = accept(parameter, value);
      if (accepted === undefined) return undefined;
      values[i] = accepted;
    }
  }
  return options === undefined || named === Object.keys(options).length ? values : undefined;
}

// In place: the values are a list of this call's own.
function convert({ parameters, name }: Overload, values: unknown[]): unknown[] {
  for (let i = 0; i < values.length; i++) {
    if (values[i] !== undefined) values[i] = parameters[i]?.convert(values[i], name);
  }
  return values;
}

function wrapResults({ overload, positional, options }: Resolved, results: unknown): unknown {
  const { returns, names, parameters, returned } = overload;
  if (returned.length > 0) {
    // What was written into is the caller's, and a second handle to it would be one too many.
    const own = returned.map((i) => positional[i] ?? options?.[parameters[i]?.name ?? '']);
    for (const handle of [results].flat()) binding.release(handle as number);
    return own.length === 1 ? own[0] : namedOr(own, names);
  }
  if (returns.length === 1) return wrap(returns[0] as string, results);
  if (returns.length === 0) return undefined;
  const several = (results as unknown[]).map((result, i) => wrap(returns[i] as string, result));
  return namedOr(several, names);
}

function namedOr(results: unknown[], names: readonly string[]): unknown[] {
  return names.length === 0 ? results : named(results, names);
}

function wrap(type: string, result: unknown): unknown {
  if (result === null) return null;
  if (type === 'Tensor') return tensorOf(result as number);
  if (type === 'ScalarType') return binding.dtypeName(result as number);
  if (type === 'Tensor[]') return (result as number[]).map((handle) => tensorOf(handle));
  return result as number | bigint | boolean | string | Complex;
}
