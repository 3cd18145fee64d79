import { invalidArgument, outOfRange } from '../errors';

/** Returns `value` if it can be used as `name` of `operator`, and throws otherwise. */
export type Check<T> = (value: unknown, name: string, operator: string) => T;

/** Returns `value` if it is a boolean: a string such as 'false' would count as true. */
export function flag(value: unknown, name: string, operator: string): boolean {
  if (typeof value === 'boolean') return value;
  throw invalidArgument('a boolean', `${name} of ${operator}`, value, operator);
}

/** Returns `value` if it is a string. */
export function string(value: unknown, name: string, operator: string): string {
  if (typeof value === 'string') return value;
  throw invalidArgument('a string', `${name} of ${operator}`, value, operator);
}

/** Returns `value` if it is a function; what it takes and returns only a call can show. */
export function callable<F>(value: F, name: string, operator: string): F {
  if (typeof value === 'function') return value;
  throw invalidArgument('a function', `${name} of ${operator}`, value, operator);
}

/** Returns `value` if it is an array without holes; `of` says of what. */
export function array<T>(value: readonly T[], of: string, name: string, operator: string) {
  const where = `${name} of ${operator}`;
  if (!Array.isArray(value)) throw invalidArgument(`an array of ${of}`, where, value, operator);
  if (hasHoles(value)) throw invalidArgument(`an array without holes`, where, value, operator);
  return value as readonly T[];
}

/**
 * Whether an array has places without a value. `map` and `forEach` pass over them, one by one: there
 * may be 2³² of them.
 */
export function hasHoles(values: readonly unknown[]): boolean {
  for (let i = 0; i < values.length; i++) {
    if (values[i] === undefined && !(i in values)) return true;
  }
  return false;
}

/** Returns `value` if it is an object, so that what it holds can be asked for. */
export function objectOf<T>(value: T, name: string, operator: string): T & object {
  if (typeof value === 'object' && value !== null) return value;
  throw invalidArgument('an object', `the ${name} of ${operator}`, value, operator);
}

/** Returns `value` if it is an AbortSignal. */
export function abortSignal(value: unknown, name: string, operator: string): AbortSignal {
  // By its shape: each realm has its own class.
  const { aborted, throwIfAborted, addEventListener }: Partial<AbortSignal> = Object(value);
  const methods = [throwIfAborted, addEventListener];
  if (typeof aborted === 'boolean' && methods.every((one) => typeof one === 'function')) {
    return value as AbortSignal;
  }
  throw invalidArgument('an AbortSignal', `${name} of ${operator}`, value, operator);
}

/** A check for one of some strings. */
export function oneOf<const S extends string>(...strings: readonly S[]): Check<S> {
  return (value, name, operator) => {
    const found = strings.find((one) => one === value);
    if (found !== undefined) return found;
    const expected = strings.map((one) => `'${one}'`).join(' or ');
    throw outOfRange(expected, `${name} of ${operator}`, value, operator);
  };
}

/** A check for an object that has some methods, for example `a layer { init, apply }`. */
export function withMethods<T extends object>(what: string, ...methods: (keyof T & string)[]) {
  const members = methods.length === 0 ? '' : ` { ${methods.join(', ')} }`;
  const has = (value: unknown, method: string) => typeof Object(value)[method] === 'function';
  return <V>(value: V, name: string, operator: string): V => {
    const isObject = Object(value) === value;
    if (isObject && methods.every((method) => has(value, method))) return value;
    throw invalidArgument(`${what}${members}`, `${name} of ${operator}`, value, operator);
  };
}
