import { invalidArgument, outOfRange } from '../errors';
import { checkOptions, numberWhere } from '../nn/check';
import { isTensor } from '../torch';

const METHODS = {
  layer: ['a layer', ['init', 'apply']],
  optimizer: ['an optimizer', ['init', 'update']],
  learner: ['a learner', ['init', 'adapt', 'predict']],
  vectorizer: ['a vectorizer', ['vectorizeTasks', 'batchesByLength']],
  dataset: ['a dataset', ['examples']],
  generator: ['a generator', ['manualSeed', 'fork']],
  object: ['an object', []],
  schema: ['a schema of zod', ['safeParse']],
  stream: ['a stream', ['write']],
} as const;

const NUMBERS = {
  number: ['a finite number', Number.isFinite],
  rate: ['a number of at least 0', (value: number) => value >= 0 && value < Infinity],
  positive: ['a positive number', (value: number) => value > 0],
  finite: ['a positive finite number', (value: number) => value > 0 && value < Infinity],
  unit: ['a number in [0, 1]', (value: number) => value >= 0 && value <= 1],
  share: ['a number in (0, 1)', (value: number) => value > 0 && value < 1],
  steps: ['an integer of at least 0', (value: number) => Number.isInteger(value) && value >= 0],
  count: ['a positive integer', (value: number) => Number.isSafeInteger(value) && value > 0],
} as const;

/** What an option may be; a list has the strings it may be. */
export type Kind =
  | keyof typeof METHODS
  | keyof typeof NUMBERS
  | 'boolean'
  | 'function'
  | 'tensor'
  | 'any'
  | readonly string[];

/** The options by name; those whose name ends in `?` may be left out. */
export type Kinds = { readonly [name: string]: Kind };

/** Those of learners whose model adapts behind an encoder. */
export const MODEL_KINDS = {
  model: 'layer',
  'encoder?': 'layer',
  'loss?': 'function',
  'innerSteps?': 'steps',
} as const satisfies Kinds;

/** Those of learners that descend by any optimizer. */
export const LOOP_KINDS = {
  ...MODEL_KINDS,
  optimizer: 'optimizer',
  'maxNorm?': 'positive',
} as const satisfies Kinds;

/**
 * Refuses options of a learner that are unknown, missing or of another kind.
 *
 * @throws ArgumentTypeError for those; ArgumentRangeError for numbers and strings out of range
 */
export function checkLearner(options: unknown, kinds: Kinds, learner: string): void {
  const names = Object.keys(kinds).map((name) => name.replace('?', ''));
  checkOptions(options, names, learner);
  const given = options as Record<string, unknown>;
  for (const [name, kind] of Object.entries(kinds)) {
    const value = given[name.replace('?', '')];
    if (value === undefined && name.endsWith('?')) continue;
    checkKind(value, kind, name.replace('?', ''), learner);
  }
}

/** Refuses a value that is not of a kind; `name` and `learner` say what it is for. */
export function checkKind(value: unknown, kind: Kind, name: string, learner: string): void {
  const where = `${name} of ${learner}`;
  if (kind === 'any') return;
  if (kind === 'boolean' || kind === 'function') {
    if (typeof value === kind) return;
    throw invalidArgument(`a ${kind}`, where, value, learner);
  }
  if (kind === 'tensor') {
    if (isTensor(value)) return;
    throw invalidArgument('a tensor', where, value, learner);
  }
  if (typeof kind !== 'string') {
    if (kind.some((one) => one === value)) return;
    throw outOfRange(kind.map((one) => `'${one}'`).join(' or '), where, value, learner);
  }
  if (kind in NUMBERS) {
    const [expected, fits] = NUMBERS[kind as keyof typeof NUMBERS];
    numberWhere(fits, expected, value, name, learner);
    return;
  }
  const [expected, methods] = METHODS[kind as keyof typeof METHODS];
  const own = Object(value) as Record<string, unknown>;
  const isObject = own === value;
  if (isObject && methods.every((method) => typeof own[method] === 'function')) return;
  const members = methods.length === 0 ? '' : ` { ${methods.join(', ')} }`;
  throw invalidArgument(`${expected}${members}`, where, value, learner);
}
