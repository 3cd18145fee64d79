import { ArgumentTypeError, describe } from '../../errors';
import { binding } from '../binding';
import { type Complex, isComplex } from '../dtype';
import { isTensor, Tensor } from '../tensor';
import { isPlainObject } from '../tree';
import { compileOverload, isUsable, type Overload, type Parameter } from './overload';

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
    const { overload, values } = this.resolve(args);
    overload.check?.(values);
    const result = this.#wrap(overload, dispatch(overload.id, values), args);
    if (overload.isFactory) requireGradient(result as Tensor, args[args.length - 1]);
    return result;
  }

  /** The overload that `call` would run, and what it would be given in the schema's order. */
  resolve(args: readonly unknown[]): { overload: Overload; values: readonly unknown[] } {
    const last = args[args.length - 1];
    const options = isPlainObject(last) && !isComplex(last) ? last : undefined;
    const positional = options === undefined ? args : args.slice(0, -1);
    for (const overload of this.overloads) {
      const values = match(overload, positional, options);
      if (values !== undefined) return { overload, values };
    }
    throw this.#noMatch(positional, options);
  }

  /** Calls with `self` first. One or two tensors and no more is the commonest call: no search. */
  callMethod(self: Tensor, args: readonly unknown[]): unknown {
    if (args.length === 1 && this.#binary >= 0) {
      const [other] = args;
      if (isTensor(other) && isTensor(self)) {
        return new Tensor(binding.dispatch(this.#binary, self.handle, other.handle) as number);
      }
    } else if (args.length === 0 && this.#unary >= 0 && isTensor(self)) {
      return new Tensor(binding.dispatch(this.#unary, self.handle) as number);
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

  #noMatch(positional: readonly unknown[], options: Record<string, unknown> | undefined): Error {
    const name = this.name.replace(/^aten::/, '');
    if (this.overloads.length === 0) {
      return new ArgumentTypeError(`libtorch has no operator ${this.name}`, name);
    }
    const [only, ...others] = this.overloads;
    if (only !== undefined && others.length === 0) {
      return new ArgumentTypeError(`${name}: ${mismatch(only, positional, options)}`, name);
    }
    const received = [...positional, ...(options ? [options] : [])].map(describe).join(', ');
    const lines = this.overloads.map(
      (overload) => `\n  ${signature(overload)}: ${mismatch(overload, positional, options)}`,
    );
    return new ArgumentTypeError(
      `${name}: no overload takes (${received}). Expected one of:${lines.join('')}`,
      name,
    );
  }
}

/** Python's factories take `requires_grad`, which libtorch's operators know nothing of. */
const REQUIRES_GRAD = 'requiresGrad';

const isFlag = (value: unknown): boolean => value === undefined || typeof value === 'boolean';

function takesGradient(options: Readonly<Record<string, unknown>> | undefined): boolean {
  return options !== undefined && REQUIRES_GRAD in options && isFlag(options[REQUIRES_GRAD]);
}

function requireGradient(made: Tensor, options: unknown): void {
  if (isPlainObject(options) && options[REQUIRES_GRAD] === true) made.requiresGrad_();
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
  options: Readonly<Record<string, unknown>> | undefined,
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
      values[i] = parameter.convert(value, overload.name);
    } else {
      return undefined;
    }
  }
  return options === undefined || named === Object.keys(options).length ? values : undefined;
}

/** Why an overload does not fit, as «Expected X for Y but received Z». */
function mismatch(
  { parameters, positionals, isFactory }: Overload,
  positional: readonly unknown[],
  options: Readonly<Record<string, unknown>> = {},
): string {
  if (positional.length > positionals) {
    return `Expected at most ${positionals} positional arguments but received ${positional.length}`;
  }
  for (const key of Object.keys(options)) {
    if (isFactory && key === REQUIRES_GRAD) {
      if (isFlag(options[key])) continue;
      return `Expected boolean for ${key} but received ${describe(options[key])}`;
    }
    const index = parameters.findIndex((parameter) => parameter.name === key);
    if (index === -1) {
      const known = parameters.filter((p, i) => p.optional && i >= positional.length);
      const names = [...known.map(({ name }) => name), ...(isFactory ? [REQUIRES_GRAD] : [])];
      return `Unknown option ${key}; expected ${names.join(', ') || 'none'}`;
    }
    if (positional[index] !== undefined) return `Received ${key} both by position and by name`;
  }
  for (const [i, parameter] of parameters.entries()) {
    const value = positional[i] ?? options[parameter.name];
    if (value === undefined || value === null ? !parameter.optional : !parameter.accepts(value)) {
      return `Expected ${parameter.type} for ${parameter.name} but received ${describe(value)}`;
    }
  }
  return 'Expected other arguments';
}

function signature({ parameters, positionals, returns }: Overload): string {
  const text = (parameter: Parameter): string =>
    `${parameter.name}${parameter.optional ? '?' : ''}: ${parameter.type}`;
  const parts = parameters.slice(0, positionals).map(text);
  const options = parameters.slice(positionals).map(text).join(', ');
  if (options !== '') parts.push(`{ ${options} }`);
  return `(${parts.join(', ')}) => ${returns.join(', ') || 'void'}`;
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
  if (type === 'Tensor') return new Tensor(result as number);
  if (type === 'ScalarType') return binding.dtypeName(result as number);
  if (type === 'Tensor[]') return (result as number[]).map((handle) => new Tensor(handle));
  return result as number | bigint | boolean | string | Complex;
}
