import {
  type Check,
  finiteNumber,
  flag,
  isPlainObject,
  type Json,
  listOf,
  type OptionsOf,
  optional,
  positiveNumber,
  recordOf,
  required,
  strictVariant,
  withDefault,
} from '../../check';
import { invalidArgument, outOfRange } from '../../errors';
import { didYouMean } from '../../nearest-name';

/** What a parameter of a space can be. */
export type ParameterValue = number | string | boolean;

/** Returns `given` if a parameter can be it. */
export const parameterValue: Check<ParameterValue> = (given, name, operator) => {
  if (typeof given === 'string' || typeof given === 'boolean') return given;
  if (typeof given === 'number') return finiteNumber(given, name, operator);
  throw invalidArgument('a number, a string or a boolean', `${name} of ${operator}`, given);
};

const values = listOf(parameterValue, 1);

/** The values of other parameters with which one is there at all: one for each, or a list. */
const when: Check<Record<string, ParameterValue[]>> = (given, name, operator) =>
  recordOf((one, place, where) =>
    Array.isArray(one) ? values(one, place, where) : [parameterValue(one, place, where)],
  )(given, name, operator);

type When = Readonly<Record<string, ParameterValue | readonly ParameterValue[]>>;

const KINDS = {
  /** Any number from `low` to `high`. */
  uniform: { low: required(finiteNumber), high: required(finiteNumber), when: optional(when) },
  /** The same, and all orders of magnitude are equally likely. */
  'log-uniform': {
    low: required(positiveNumber),
    high: required(positiveNumber),
    when: optional(when),
  },
  /** An integer from `low` to `high`, both included; with `log` as `log-uniform`. */
  integer: {
    low: required(integer),
    high: required(integer),
    log: withDefault(flag, false),
    when: optional(when),
  },
  /** One of several. */
  categorical: { choices: required(values), when: optional(when) },
};

const parameterCheck = strictVariant('kind', KINDS);
const recordCheck = recordOf(parameterCheck);

/** A parameter after its check. */
export type Parameter = ReturnType<typeof parameterCheck>;

type InputOf<K extends keyof typeof KINDS> = { readonly kind: K; readonly when?: When } & Readonly<
  Omit<OptionsOf<(typeof KINDS)[K]>, 'when' | 'choices'>
>;

/** A parameter as one writes it. With `when`, it is there only with certain values of earlier ones. */
export type SearchParameter =
  | InputOf<'uniform'>
  | InputOf<'log-uniform'>
  | InputOf<'integer'>
  | (InputOf<'categorical'> & { readonly choices: readonly ParameterValue[] });

/** Parameters by name; one that depends on another comes after it. */
export type SearchSpace = { readonly [name: string]: SearchParameter };

type ValueOf<P extends SearchParameter> = P extends {
  readonly choices: readonly (infer C)[];
}
  ? C
  : number;

/** The values of a space's parameters; one that has `when` may be undefined. */
export type ParamsOf<S extends SearchSpace> = {
  readonly [N in keyof S]: S[N] extends { readonly when: When }
    ? ValueOf<S[N]> | undefined
    : ValueOf<S[N]>;
};

/** The values of one trial by name, without those that are not there. */
export type TrialParams = Readonly<Record<string, ParameterValue>>;

/** A space after its check, in the order in which parameters are chosen. */
export type Space = readonly (readonly [name: string, parameter: Parameter])[];

/**
 * A space, checked.
 *
 * @throws ArgumentTypeError or ArgumentRangeError that names the parameter
 */
export function readSpace(given: unknown, name: string, operator: string): Space {
  const space = Object.entries(recordCheck(given, name, operator));
  if (space.length === 0) {
    throw outOfRange('at least one parameter', `${name} of ${operator}`, given, operator);
  }
  const before = new Map<string, Parameter>();
  for (const [own, parameter] of space) {
    const place = `${name}.${own}`;
    requireOrder(parameter, place, operator);
    requireParents(parameter, before, place, operator);
    before.set(own, parameter);
  }
  return space;
}

/** True if a parameter is there, given the values of those before it. */
export function isActive({ when: conditions = {} }: Parameter, params: TrialParams): boolean {
  return Object.entries(conditions).every(([name, accepted]) => {
    const own = Object.hasOwn(params, name) ? params[name] : undefined;
    return own !== undefined && accepted.includes(own);
  });
}

/** A space as JSON, to compare two by. */
export function spaceAsJson(space: Space): Json {
  return JSON.parse(JSON.stringify(space));
}

/** Chooses the values of a trial: those that are there, one after the other. */
export function chooseParams(
  space: Space,
  choose: (name: string, parameter: Parameter) => ParameterValue,
): TrialParams {
  const params: Record<string, ParameterValue> = {};
  for (const [name, parameter] of space) {
    if (isActive(parameter, params)) params[name] = choose(name, parameter);
  }
  return params;
}

function requireOrder(parameter: Parameter, place: string, operator: string): void {
  if (parameter.kind === 'categorical') {
    const { choices } = parameter;
    const twice = choices.find((choice, i) => choices.indexOf(choice) !== i);
    if (twice === undefined) return;
    throw outOfRange('different values', `${place}.choices of ${operator}`, twice, operator);
  }
  const { kind, low, high } = parameter;
  if (low > high || (low === high && kind !== 'integer') || !Number.isFinite(high - low)) {
    const expected = `a number above low, ${low},`;
    throw outOfRange(expected, `${place}.high of ${operator}`, high, operator);
  }
  if (kind === 'integer' && parameter.log && low < 1) {
    throw outOfRange('at least 1, with log,', `${place}.low of ${operator}`, low, operator);
  }
}

function requireParents(
  { when: conditions = {} }: Parameter,
  before: ReadonlyMap<string, Parameter>,
  place: string,
  operator: string,
): void {
  for (const [name, accepted] of Object.entries(conditions)) {
    const parent = before.get(name);
    const where = `${place}.when of ${operator}`;
    if (parent === undefined) {
      const expected = `the name of an earlier parameter${didYouMean(name, before.keys()).replace(';', ',')}`;
      throw outOfRange(expected, where, name, operator);
    }
    const stranger = accepted.find((one) => !canBe(parent, one));
    if (stranger === undefined) continue;
    throw outOfRange(`a value that ${name} can have`, where, stranger, operator);
  }
}

/** True if a parameter can have a value. */
export function canBe(parameter: Parameter, own: unknown): boolean {
  if (parameter.kind === 'categorical') return parameter.choices.some((choice) => choice === own);
  if (typeof own !== 'number' || !(own >= parameter.low && own <= parameter.high)) return false;
  return parameter.kind !== 'integer' || Number.isInteger(own);
}

/** True for values that a trial of a space can have. */
export function fits(space: Space, given: unknown): given is TrialParams {
  if (!isPlainObject(given)) return false;
  const params = given as TrialParams;
  const present = space.filter(([, parameter]) => isActive(parameter, params));
  return (
    present.length === Object.keys(given).length &&
    present.every(
      ([name, parameter]) => Object.hasOwn(given, name) && canBe(parameter, given[name]),
    )
  );
}

function integer(given: unknown, name: string, operator: string): number {
  const read = finiteNumber(given, name, operator);
  if (Number.isSafeInteger(read)) return read;
  throw outOfRange('an integer', `${name} of ${operator}`, given, operator);
}
