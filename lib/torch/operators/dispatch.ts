import { isOptions } from '../../check';
import { binding } from '../binding';
import { type Complex, isComplex } from '../dtype';
import { handleOf } from '../handle';
import { isTensor, type Tensor, tensorOf } from '../tensor';
import { type Options, settledOptions, settledValue } from './arguments';
import { noMatch, REQUIRES_GRAD, takesGradient } from './mismatch';
import { compileOverload, isUsable, type Overload, type Parameter } from './overload';

type Resolved = {
  readonly overload: Overload;
  readonly values: readonly unknown[];
  readonly options: Options | undefined;
};

/**
 * All overloads of one operator. They are read from libtorch when the operator is first called, so
 * an operator that is never used costs nothing.
 */
export class Operator {
  /** The name in libtorch, for example `aten::add`. */
  readonly name: string;
  #overloads: readonly Overload[] | undefined;
  /** Overload that takes one tensor and nothing else, and returns one; -1 if there is none. */
  #unary = -1;
  /** Likewise for two tensors. */
  #binary = -1;

  constructor(name: string) {
    this.name = name;
  }

  get overloads(): readonly Overload[] {
    this.#overloads ??= this.#load();
    return this.#overloads;
  }

  /** Calls the first overload that takes the arguments; options may come last. */
  call(args: readonly unknown[]): unknown {
    const { overload, values, options } = this.resolve(args);
    overload.check?.(values);
    const result = this.#wrap(overload, dispatch(overload.id, values), args);
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
    const options = isOptions(last) && !isComplex(last) ? settledOptions(last) : undefined;
    const count = options === undefined ? args.length : args.length - 1;
    const positional: unknown[] = [];
    for (let i = 0; i < count; i++) positional.push(settledValue(args[i]));
    for (const overload of this.overloads) {
      const values = match(overload, positional, options);
      if (values !== undefined) return { overload, values: convert(overload, values), options };
    }
    throw noMatch(this, positional, options);
  }

  /** Calls with `self` first. One or two tensors and no more is the commonest call: no search. */
  callMethod(self: Tensor, args: readonly unknown[]): unknown {
    if (args.length === 1 && this.#binary >= 0) {
      const [other] = args;
      if (isTensor(other)) {
        return tensorOf(binding.dispatch(this.#binary, handleOf(self), handleOf(other)) as number);
      }
    } else if (args.length === 0 && this.#unary >= 0) {
      return tensorOf(binding.dispatch(this.#unary, handleOf(self)) as number);
    }
    return this.call([self, ...args]);
  }

  // An operator in place returns its own tensor, and a second handle to it would be one too many.
  #wrap(overload: Overload, results: unknown, args: readonly unknown[]): unknown {
    const [self] = args;
    if (!overload.inPlace || !isTensor(self)) return wrapResults(overload, results);
    binding.release(results as number);
    return self;
  }

  #load(): readonly Overload[] {
    const overloads = binding.overloads(this.name).filter(isUsable).map(compileOverload);
    // Fewer arguments first: `sum(self)` before `sum(self, dim?)`.
    overloads.sort((a, b) => a.parameters.length - b.parameters.length);
    this.#unary = plainOverload(overloads, 1);
    this.#binary = plainOverload(overloads, 2);
    return overloads;
  }
}

function plainOverload(overloads: readonly Overload[], tensors: number): number {
  const found = overloads.find(
    ({ parameters, positionals }) =>
      positionals >= tensors &&
      parameters.every((parameter, i) =>
        i < tensors ? parameter.type === 'Tensor' : parameter.optional,
      ),
  );
  if (found === undefined || found.inPlace || found.check !== undefined) return -1;
  return found.returns.length === 1 && found.returns[0] === 'Tensor' ? found.id : -1;
}

/** The values to dispatch with, in the schema's order; undefined if the overload does not fit. */
function match(
  overload: Overload,
  positional: readonly unknown[],
  options: Options | undefined,
): unknown[] | undefined {
  const { parameters } = overload;
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
    } else if (parameter.accepts(value)) {
      values[i] = value;
    } else {
      return undefined;
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

// Spreading costs more than the call itself for the few arguments that most operators have.
function dispatch(id: number, values: readonly unknown[]): unknown {
  let count = values.length;
  while (count > 0 && values[count - 1] === undefined) count--;
  switch (count) {
    case 0:
      return binding.dispatch(id);
    case 1:
      return binding.dispatch(id, values[0]);
    case 2:
      return binding.dispatch(id, values[0], values[1]);
    case 3:
      return binding.dispatch(id, values[0], values[1], values[2]);
    case 4:
      return binding.dispatch(id, values[0], values[1], values[2], values[3]);
    default:
      return binding.dispatch(id, ...values.slice(0, count));
  }
}

function wrapResults(overload: Overload, results: unknown): unknown {
  const { returns } = overload;
  if (returns.length === 1) return wrap(returns[0] as string, results);
  return (results as unknown[]).map((result, i) => wrap(returns[i] as string, result));
}

function wrap(type: string, result: unknown): unknown {
  if (result === null) return null;
  if (type === 'Tensor') return tensorOf(result as number);
  if (type === 'ScalarType') return binding.dtypeName(result as number);
  if (type === 'Tensor[]') return (result as number[]).map((handle) => tensorOf(handle));
  return result as number | bigint | boolean | string | Complex;
}
