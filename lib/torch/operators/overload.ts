import type { OverloadInfo, ParameterInfo } from '../../native';
import { requireDevice } from '../device';
import { isComplex, isDtype } from '../dtype';
import { Generator } from '../random';
import { isTensor } from '../tensor';
import { CheckedArguments } from './checked-arguments';
import { PRECONDITIONS } from './preconditions';

/** True if a value may stand for a parameter. */
type Accepts = (value: unknown) => boolean;

/** One argument of an overload, ready to be matched. */
export interface Parameter {
  /** In camelCase, as options spell it. */
  readonly name: string;
  /** The type in words, for messages. */
  readonly type: string;
  readonly accepts: Accepts;
  readonly convert: Convert;
  readonly optional: boolean;
  readonly keywordOnly: boolean;
}

/** One overload of an operator, ready to be matched and called. */
export interface Overload {
  readonly id: number;
  /** The operator's, without its namespace. */
  readonly name: string;
  readonly schema: string;
  readonly parameters: readonly Parameter[];
  readonly positionals: number;
  readonly returns: readonly string[];
  /** True if it writes into its first argument and returns it. */
  readonly inPlace: boolean;
  /** Makes a new tensor, as `zeros` and `onesLike`, rather than computes one. */
  readonly isFactory: boolean;
  /** Refuses values that libtorch would not survive; undefined for most operators. */
  readonly check: ((values: readonly unknown[]) => void) | undefined;
}

/** What is passed to native code for a value; `operator` is named by errors. */
type Convert = (value: unknown, operator: string) => unknown;

type Rule = { accepts: Accepts; convert?: Convert; type: string };

const isInteger: Accepts = (value) => Number.isInteger(value) || typeof value === 'bigint';
const isNumber: Accepts = (value) => typeof value === 'number';
const isBoolean: Accepts = (value) => typeof value === 'boolean';
const isString: Accepts = (value) => typeof value === 'string';
const isScalar: Accepts = (value) =>
  isNumber(value) || isBoolean(value) || typeof value === 'bigint' || isComplex(value);

const handleOf = (value: unknown): unknown => (isTensor(value) ? value.handle : value);
const handlesOf = (value: unknown): unknown => (value as unknown[]).map(handleOf);
const generatorHandle = (value: unknown): unknown =>
  value instanceof Generator ? value.handle : value;

// More elements than any list has that is meant, and few enough to be looked at.
const MOST_ELEMENTS = 2 ** 24;

const list =
  (element: Accepts): Accepts =>
  (value) => {
    if (!Array.isArray(value) || value.length > MOST_ELEMENTS) return false;
    // `every` would pass over holes.
    for (let i = 0; i < value.length; i++) if (!element(value[i])) return false;
    return true;
  };

// In the words of TypeScript, by the schema's type without its question mark.
const RULES: Readonly<Record<string, Rule>> = {
  Tensor: { accepts: isTensor, convert: handleOf, type: 'Tensor' },
  'Tensor[]': { accepts: list(isTensor), convert: handlesOf, type: 'Tensor[]' },
  'Tensor?[]': {
    accepts: list((value) => value === null || value === undefined || isTensor(value)),
    convert: handlesOf,
    type: '(Tensor | null)[]',
  },
  int: { accepts: isInteger, type: 'integer' },
  SymInt: { accepts: isInteger, type: 'integer' },
  float: { accepts: isNumber, type: 'number' },
  bool: { accepts: isBoolean, type: 'boolean' },
  Scalar: { accepts: isScalar, type: 'Scalar' },
  str: { accepts: isString, type: 'string' },
  ScalarType: { accepts: isDtype, type: 'Dtype' },
  Layout: { accepts: isString, type: 'Layout' },
  MemoryFormat: { accepts: isString, type: 'MemoryFormat' },
  Device: {
    accepts: isString,
    convert: (value, operator) => requireDevice(value as string, operator),
    type: 'Device',
  },
  Generator: {
    accepts: (value) => value instanceof Generator,
    convert: generatorHandle,
    type: 'Generator',
  },
  'int[]': { accepts: list(isInteger), type: 'integer[]' },
  'SymInt[]': { accepts: list(isInteger), type: 'integer[]' },
  'float[]': { accepts: list(isNumber), type: 'number[]' },
  'bool[]': { accepts: list(isBoolean), type: 'boolean[]' },
  'Scalar[]': { accepts: list(isScalar), type: 'Scalar[]' },
};

const UNSUPPORTED: Rule = { accepts: () => false, type: 'an unsupported type' };
const identity = (value: unknown): unknown => value;

/** `rounding_mode` as `roundingMode`; leading and trailing underscores stay. */
export function camelCase(name: string): string {
  return name.replace(/(?<=[a-zA-Z0-9])_+([a-zA-Z0-9])/g, (_, letter: string) =>
    letter.toUpperCase(),
  );
}

// Overloads that would be chosen before the one that PyTorch's function of that name runs: `stft`
// without `center` does not pad, where Python's pads by default.
const SHADOWING: ReadonlySet<string> = new Set(['aten::stft.']);

/**
 * False for overloads that write into an `out` argument, for deprecated named dimensions, and for
 * those that would hide what PyTorch runs.
 */
export function isUsable(info: OverloadInfo): boolean {
  if (SHADOWING.has(`${info.name}.${info.overload}`)) return false;
  return !info.parameters.some((parameter) => parameter.out) && !info.schema.includes('Dimname');
}

/** Prepares an overload for matching. */
export function compileOverload(info: OverloadInfo): Overload {
  const parameters = info.parameters.map(compileParameter);
  return {
    id: info.id,
    name: info.name.replace(/^\w+::/, ''),
    schema: info.schema,
    parameters,
    positionals: parameters.filter((parameter) => !parameter.keywordOnly).length,
    returns: info.returns.map((result) => result.type),
    inPlace: info.parameters[0]?.written === true && info.returns.length === 1,
    isFactory: info.parameters.some(({ name }) => name === 'pin_memory'),
    check: checkOf(info, parameters),
  };
}

function checkOf(info: OverloadInfo, parameters: readonly Parameter[]): Overload['check'] {
  const check = PRECONDITIONS[info.name];
  if (check === undefined) return undefined;
  const operator = info.name.replace(/^\w+::/, '');
  return (values) => check(new CheckedArguments(operator, parameters, values));
}

function compileParameter(info: ParameterInfo): Parameter {
  const rule = RULES[info.type.replace(/\?$/, '')] ?? UNSUPPORTED;
  // A list of fixed length, such as a kernel size, also takes one number for all of its elements.
  const single = info.length > 0;
  const element = RULES[info.type.replace(/\[\]\??$/, '')] ?? UNSUPPORTED;
  return {
    name: camelCase(info.name),
    type: single ? `${element.type} | ${rule.type}` : rule.type,
    accepts: single ? (value) => element.accepts(value) || rule.accepts(value) : rule.accepts,
    convert: rule.convert ?? identity,
    optional: info.optional || info.type.endsWith('?'),
    keywordOnly: info.keywordOnly,
  };
}
