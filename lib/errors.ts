import { types } from 'node:util';
import { reword } from './error-wording';
import { publicName } from './operator-name';

/** What went wrong, as a stable string that programs can switch on. */
export type ErrorCode =
  | 'ERR_TORCH_ARGUMENT'
  | 'ERR_TORCH_SHAPE'
  | 'ERR_TORCH_DTYPE'
  | 'ERR_TORCH_DEVICE'
  | 'ERR_TORCH_INDEX'
  | 'ERR_TORCH_DISPOSED'
  | 'ERR_TORCH_AUTOGRAD'
  | 'ERR_TORCH_GRADCHECK'
  | 'ERR_TORCH_VMAP'
  | 'ERR_TORCH_NOT_IMPLEMENTED'
  | 'ERR_TORCH_LINALG'
  | 'ERR_TORCH_MEMORY'
  | 'ERR_TORCH_LEAK'
  | 'ERR_TORCH_MEMORY_LIMIT'
  | 'ERR_TORCH_CUDA_OOM'
  | 'ERR_TORCH_RUNTIME'
  | 'ERR_TORCH_LIBRARY_MISSING'
  | 'ERR_TORCH_LIBRARY_VERSION'
  | 'ERR_TORCH_LIBRARY_LOAD'
  | 'ERR_TORCH_ADDON_MISSING'
  | 'ERR_TORCH_PACKAGE_MISSING'
  | 'ERR_TORCH_PLATFORM'
  | 'ERR_TORCH_FILE'
  | 'ERR_TORCH_DOWNLOAD'
  | 'ERR_TORCH_BUSY'
  | 'ERR_TORCH_TIMEOUT'
  | 'ERR_TORCH_WORKER'
  | 'ERR_TORCH_DISTRIBUTED';

/** Extra facts an error carries beside its message. */
export interface ErrorDetails {
  /** The operator or function that failed, for example `add`. */
  operator?: string;
  /** The file that could not be read or written. */
  path?: string;
  /** The ranks of a job at fault. */
  ranks?: readonly number[];
  cause?: unknown;
}

/** An operation failed: inside libtorch, on a file, or while obtaining or loading libtorch. */
export class TorchError extends Error {
  readonly code: ErrorCode;
  readonly operator: string | undefined;
  readonly path: string | undefined;
  readonly ranks: readonly number[] | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'TorchError';
    this.code = code;
    this.operator = details.operator;
    this.path = details.path;
    this.ranks = details.ranks;
  }
}

/** An argument has the wrong type, or an option is unknown. */
export class ArgumentTypeError extends TypeError {
  readonly code: ErrorCode = 'ERR_TORCH_ARGUMENT';
  readonly operator: string | undefined;
  /** What is wrong, where that is known, for example `learner.innerSteps of the config`. */
  readonly argument: string | undefined;

  constructor(message: string, operator?: string, argument?: string) {
    super(message);
    this.operator = operator;
    this.argument = argument;
  }
}

/** An argument has the right type but a value outside what is accepted. */
export class ArgumentRangeError extends RangeError {
  readonly code: ErrorCode = 'ERR_TORCH_ARGUMENT';
  readonly operator: string | undefined;
  /** What is wrong, where that is known, for example `learner.innerSteps of the config`. */
  readonly argument: string | undefined;

  constructor(message: string, operator?: string, argument?: string) {
    super(message);
    this.operator = operator;
    this.argument = argument;
  }
}

const PREVIEW_LENGTH = 60;

/** A short description of any value for an error message, for example `string 'abc'`. */
export function describe(value: unknown): string {
  if (value === null) return 'null';
  // Which may answer anything, or throw.
  if (types.isProxy(value)) return 'a Proxy';
  if (value === undefined) return 'undefined';
  if (typeof value === 'string') return `string '${value.slice(0, PREVIEW_LENGTH)}'`;
  if (typeof value === 'bigint') return `bigint ${value}n`;
  if (typeof value === 'number' || typeof value === 'boolean') return `${typeof value} ${value}`;
  if (Array.isArray(value)) return `array of length ${value.length}`;
  if (typeof value === 'function') return `function ${nameOf(value) || 'anonymous'}`;
  if (typeof value === 'object') return nameOf(classOf(value)) || 'object';
  return typeof value;
}

// Own data only: getters are code of the caller's, which may throw.
function nameOf(value: unknown): string {
  if (typeof value !== 'function') return '';
  const name: unknown = Object.getOwnPropertyDescriptor(value, 'name')?.value;
  return typeof name === 'string' ? name : '';
}

function classOf(value: object): unknown {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (typeof prototype !== 'object' || prototype === null) return undefined;
  return Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
}

/** «Expected X for Y but received Z», the one form of message for a wrong argument's type. */
export function invalidArgument(
  expected: string,
  name: string,
  received: unknown,
  operator?: string,
): ArgumentTypeError {
  return new ArgumentTypeError(
    `Expected ${expected} for ${name} but received ${describe(received)}`,
    operator,
    name,
  );
}

/** The same form for a value of the right type that is outside its range. */
export function outOfRange(
  expected: string,
  name: string,
  received: unknown,
  operator?: string,
): ArgumentRangeError {
  return new ArgumentRangeError(
    `Expected ${expected} for ${name} but received ${describe(received)}`,
    operator,
    name,
  );
}

// libtorch reports failures as text alone; these phrases tell the kinds apart.
const CODES_BY_MESSAGE: readonly (readonly [RegExp, ErrorCode])[] = [
  [/\bvmap\b|functorch|batching rule/i, 'ERR_TORCH_VMAP'],
  [/Could not run .* from the '(?:CUDA|XPU|MPS|HIP)' backend/, 'ERR_TORCH_DEVICE'],
  [/CUDA out of memory/i, 'ERR_TORCH_CUDA_OOM'],
  [/can't allocate memory|not enough memory|out of memory/i, 'ERR_TORCH_MEMORY'],
  [
    /does not require grad|support automatic differentiation|backward through the graph a second time|inplace operation|leaf [Vv]ariable|not have been used in the graph|grad can be implicitly created|inference tensor|retains_grad|made again in backward|its graph has been freed|marked as dirty|is being modified inplace|grad can be computed only|can't retain_grad/i,
    'ERR_TORCH_AUTOGRAD',
  ],
  [
    /Could not run|not implemented for|with an? \w+ tensor is not supported|is not implemented|not currently implemented/i,
    'ERR_TORCH_NOT_IMPLEMENTED',
  ],
  [
    /same device|found at least two devices|CUDA|accelerator device|device type|not compiled with|expected device/i,
    'ERR_TORCH_DEVICE',
  ],
  [
    /dtype|scalar type|result type|floating point|data type|complex tensors?|must be (?:an? )?(?:int|long|bool|floating)/i,
    'ERR_TORCH_DTYPE',
  ],
  [
    /index .*out of (?:range|bounds)|out of range|Dimension out of range|selected index/i,
    'ERR_TORCH_INDEX',
  ],
  [
    /size|shape|dimension|[0-9]-?D\b|broadcast|numel|elements|stack expects|same number of/i,
    'ERR_TORCH_SHAPE',
  ],
];

const CODES_BY_KIND: Readonly<Record<string, ErrorCode>> = {
  memory: 'ERR_TORCH_MEMORY',
  index: 'ERR_TORCH_INDEX',
  'not implemented': 'ERR_TORCH_NOT_IMPLEMENTED',
  linalg: 'ERR_TORCH_LINALG',
  disposed: 'ERR_TORCH_DISPOSED',
  vmap: 'ERR_TORCH_VMAP',
};

/** Kinds that libtorch reports as not implemented, although its message says more. */
const BETTER_BY_MESSAGE: readonly ErrorCode[] = ['ERR_TORCH_DEVICE', 'ERR_TORCH_VMAP'];

const MEMORY_ADVICE =
  'Free what is not needed: run loops with torch.replace() or inside torch.scope(), dispose() of tensors, drop losses whose graph is no longer wanted; or raise the limit';

/** Builds the error for a failure in native code; the binding calls it with what it caught. */
export function fromNative(kind: string, message: string, operator: string): Error {
  const name = publicName(operator);
  const words = reword(message, name);
  const text = name === '' ? words : `${name}: ${words}`;
  if (kind === 'memory limit') {
    return new TorchError('ERR_TORCH_MEMORY_LIMIT', `${text}. ${MEMORY_ADVICE}`, {
      operator: name,
    });
  }
  if (kind === 'argument') return new ArgumentTypeError(text, name);
  // Not in the list of all kernels that libtorch has, which names every device and mode.
  const [said = ''] = message.split(" This could be because the operator doesn't exist");
  const byMessage = CODES_BY_MESSAGE.find(([pattern]) => pattern.test(said))?.[1];
  const isBetter = byMessage !== undefined && BETTER_BY_MESSAGE.includes(byMessage);
  const byKind = isBetter ? undefined : CODES_BY_KIND[kind];
  const code = byKind ?? byMessage ?? 'ERR_TORCH_RUNTIME';
  return new TorchError(code, text, { operator: name });
}
