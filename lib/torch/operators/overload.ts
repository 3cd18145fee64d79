import { camelCase } from '../../camel-case';
import type { OverloadInfo, ParameterInfo } from '../../native';
import { publicName } from '../../operator-name';
import { requireDevice } from '../device';
import { isDtype, isScalar } from '../dtype';
import { handleOf } from '../handle';
import { isGenerator } from '../random';
import { isTensor } from '../tensor';
import { MOST_ELEMENTS } from './arguments';
import { CheckedArguments } from './preconditions/checked-arguments';
import { PRECONDITIONS } from './preconditions/table';
import { variadicOf } from './variadic';

/** True if a value may stand for a parameter. */
type Accepts = (value: unknown) => boolean;

/** One argument of an overload, ready to be matched. */
export interface Parameter {
  /** In camelCase, as options spell it. */
  readonly name: string;
  /** The type in words, for messages. */
  readonly type: string;
  readonly accepts: Accepts;
  /** What it holds, if it is a list. */
  readonly element: { readonly accepts: Accepts; readonly type: string } | undefined;
  readonly convert: Convert;
  readonly optional: boolean;
  /** True if a tensor without dimensions stands for the number that it holds. */
  readonly isNumber: boolean;
  readonly keywordOnly: boolean;
}

/** One overload of an operator, ready to be matched and called. */
export interface Overload {
  readonly id: number;
  /** The operator's, as callers write it. */
  readonly name: string;
  readonly schema: string;
  readonly parameters: readonly Parameter[];
  readonly positionals: number;
  readonly returns: readonly string[];
  /** The names of several results; none where libtorch has none. */
  readonly names: readonly string[];
  /** The place of the list whose elements may be given one by one; -1 if there is none. */
  readonly variadic: number;
  /** The places of the arguments that it writes into and returns: the first in place, or those called `out`. */
  readonly returned: readonly number[];
  /** The places of the tensors called `out`, which get the results and their shape. */
  readonly outs: readonly number[];
  /** Makes a new tensor, as `zeros` and `onesLike`, rather than computes one. */
  readonly isFactory: boolean;
  /** The place of the device, where no tensor says it; -1 if one does. */
  readonly ownDevice: number;
  /** Refuses values that would crash libtorch; undefined for most operators. */
  readonly check: ((values: readonly unknown[]) => void) | undefined;
}

/** What is passed to native code for a value; `operator` is named by errors. */
type Convert = (value: unknown, operator: string) => unknown;

type Rule = { accepts: Accepts; convert?: Convert; type: string };

const isInteger: Accepts = (value) => Number.isInteger(value) || typeof value === 'bigint';
const isNumber: Accepts = (value) => typeof value === 'number';
const isBoolean: Accepts = (value) => typeof value === 'boolean';
const isString: Accepts = (value) => typeof value === 'string';
const isNullish: Accepts = (value) => value === null || value === undefined;

const tensorHandle: Convert = (value) => (isTensor(value) ? handleOf(value) : value);
const generatorHandle: Convert = (value) => (isGenerator(value) ? value.handle : value);

const TENSOR: Rule = { accepts: isTensor, convert: tensorHandle, type: 'Tensor' };
// Asked first, since a tensor answers slowly for names that it does not have.
const SCALAR: Rule = { accepts: (value) => !isTensor(value) && isScalar(value), type: 'Scalar' };

const orNull = ({ accepts, type, ...rule }: Rule): Rule => ({
  ...rule,
  accepts: (value) => isNullish(value) || accepts(value),
  type: `(${type} | null)`,
});

// TypeScript's names, by the schema's type without its question mark. These also come in lists.
const ELEMENTS: Readonly<Record<string, Rule>> = {
  Tensor: TENSOR,
  'Tensor?': orNull(TENSOR),
  int: { accepts: isInteger, type: 'integer' },
  SymInt: { accepts: isInteger, type: 'integer' },
  float: { accepts: isNumber, type: 'number' },
  bool: { accepts: isBoolean, type: 'boolean' },
  Scalar: SCALAR,
  'Scalar?': orNull(SCALAR),
};

const RULES: Readonly<Record<string, Rule>> = {
  ...ELEMENTS,
  str: { accepts: isString, type: 'string' },
  ScalarType: { accepts: isDtype, type: 'Dtype' },
  Layout: { accepts: isString, type: 'Layout' },
  MemoryFormat: { accepts: isString, type: 'MemoryFormat' },
  Device: {
    accepts: isString,
    convert: (value, operator) => requireDevice(value as string, operator),
    type: 'Device',
  },
  Generator: { accepts: isGenerator, convert: generatorHandle, type: 'Generator' },
};

const UNSUPPORTED: Rule = { accepts: () => false, type: 'an unsupported type' };
const identity = (value: unknown): unknown => value;

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
    name: publicName(info.name),
    schema: info.schema,
    parameters,
    positionals: parameters.filter((parameter) => !parameter.keywordOnly).length,
    returns: info.returns.map((result) => result.type),
    names: namesOf(info),
    variadic: placeOfList(info),
    returned: returnedBy(info),
    outs: outsOf(info),
    isFactory: info.parameters.some(({ name }) => name === 'pin_memory'),
    ownDevice: ownDeviceOf(info),
    check: checkOf(info, parameters),
  };
}

function placeOfList(info: OverloadInfo): number {
  const list = variadicOf(info);
  return list === undefined ? -1 : info.parameters.indexOf(list);
}

const outsOf = ({ parameters }: OverloadInfo): readonly number[] =>
  parameters.flatMap(({ out }, i) => (out ? [i] : []));

function ownDeviceOf({ parameters }: OverloadInfo): number {
  if (parameters.some(({ type }) => type.startsWith('Tensor'))) return -1;
  return parameters.findIndex(({ name, type }) => name === 'device' && type === 'Device?');
}

function returnedBy(info: OverloadInfo): readonly number[] {
  if (info.parameters[0]?.written === true && info.returns.length === 1) return [0];
  const outs = outsOf(info);
  return outs.length === info.returns.length ? outs : [];
}

function namesOf({ returns }: OverloadInfo): readonly string[] {
  const isNamed = returns.length > 1 && returns.every(({ name }) => name !== '');
  return isNamed ? returns.map(({ name }) => camelCase(name)) : [];
}

function checkOf(info: OverloadInfo, parameters: readonly Parameter[]): Overload['check'] {
  const check = PRECONDITIONS[info.name];
  if (check === undefined) return undefined;
  const operator = publicName(info.name);
  return (values) => check(new CheckedArguments(operator, parameters, values));
}

function compileParameter(info: ParameterInfo): Parameter {
  const element = elementOf(info.type);
  const rule = element ? listOf(element) : (RULES[info.type.replace(/\?$/, '')] ?? UNSUPPORTED);
  // A list of fixed length, such as a kernel size, also takes one number for all of its elements.
  const single = info.length > 0 && element !== undefined;
  return {
    name: camelCase(info.name),
    type: single ? `${element.type} | ${rule.type}` : rule.type,
    accepts: single ? (value) => element.accepts(value) || rule.accepts(value) : rule.accepts,
    element,
    convert: rule.convert ?? identity,
    isNumber: /^(?:int|SymInt|float|Scalar)\??$/.test(info.type),
    optional: info.optional || info.type.endsWith('?'),
    keywordOnly: info.keywordOnly,
  };
}

/** What a list holds; undefined for other types. */
function elementOf(type: string): Rule | undefined {
  return ELEMENTS[/^(.*)\[\]\??$/.exec(type)?.[1] ?? ''];
}

function listOf({ accepts, convert, type }: Rule): Rule {
  const list: Rule = {
    accepts: (value) =>
      Array.isArray(value) && value.length <= MOST_ELEMENTS && value.every(accepts),
    type: `${type}[]`,
  };
  if (convert === undefined) return list;
  const convertAll: Convert = (values, operator) =>
    (values as unknown[]).map((value) => convert(value, operator));
  return { ...list, convert: convertAll };
}
