import { ArgumentTypeError, describe } from '../../errors';
import { publicName } from '../../operator-name';
import { MOST_ELEMENTS, type Options } from './arguments';
import type { Overload, Parameter } from './overload';
import { gathered } from './variadic';

/** Python's factories take `requires_grad`, which libtorch's operators lack. */
export const REQUIRES_GRAD = 'requiresGrad';

const isFlag = (value: unknown): boolean => value === undefined || typeof value === 'boolean';

/** True if the options hold a valid `requiresGrad`. */
export function takesGradient(options: Options | undefined): boolean {
  return options !== undefined && REQUIRES_GRAD in options && isFlag(options[REQUIRES_GRAD]);
}

/** Why none of an operator's overloads takes the arguments. */
export function noMatch(
  operator: { readonly name: string; readonly overloads: readonly Overload[] },
  positional: readonly unknown[],
  options: Options | undefined,
): ArgumentTypeError {
  const name = publicName(operator.name);
  if (operator.overloads.length === 0) {
    return new ArgumentTypeError(`libtorch has no operator ${operator.name}`, name);
  }
  const [only, ...others] = operator.overloads;
  if (only !== undefined && others.length === 0) {
    return new ArgumentTypeError(`${name}: ${mismatch(only, positional, options)}`, name);
  }
  const received = [...positional, ...(options ? [options] : [])].map(describe).join(', ');
  const lines = operator.overloads.map(
    (overload) => `\n  ${signature(overload)}: ${mismatch(overload, positional, options)}`,
  );
  return new ArgumentTypeError(
    `${name}: no overload takes (${received}). Expected one of:${lines.join('')}`,
    name,
  );
}

/** Why an overload does not fit, as «Expected X for Y but received Z». */
function mismatch(
  { parameters, positionals, isFactory, variadic }: Overload,
  given: readonly unknown[],
  options: Readonly<Record<string, unknown>> = {},
): string {
  const positional = gathered(given, variadic);
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
      return wrongValue(parameter, value);
    }
  }
  return 'Expected other arguments';
}

function wrongValue({ type, name, element }: Parameter, value: unknown): string {
  if (element !== undefined && Array.isArray(value) && value.length <= MOST_ELEMENTS) {
    const odd = value.findIndex((item) => !element.accepts(item));
    const found = `${name}[${odd}] but received ${describe(value[odd])}`;
    if (odd >= 0) return `Expected ${element.type} for ${found}`;
  }
  return `Expected ${type} for ${name} but received ${describe(value)}`;
}

function signature({ parameters, positionals, returns }: Overload): string {
  const text = (parameter: Parameter): string =>
    `${parameter.name}${parameter.optional ? '?' : ''}: ${parameter.type}`;
  const parts = parameters.slice(0, positionals).map(text);
  const options = parameters.slice(positionals).map(text).join(', ');
  if (options !== '') parts.push(`{ ${options} }`);
  return `(${parts.join(', ')}) => ${returns.join(', ') || 'void'}`;
}
