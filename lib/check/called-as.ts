import { ArgumentRangeError, ArgumentTypeError, type ErrorCode, TorchError } from '../errors';

/** Where it helps to see which tensors there were. */
const ABOUT_TENSORS: readonly ErrorCode[] = [
  'ERR_TORCH_SHAPE',
  'ERR_TORCH_DTYPE',
  'ERR_TORCH_INDEX',
];

/** How a function is called: by its name, and by its own names for what operators inside of it call otherwise. */
export type CalledAs = {
  readonly operator: string;
  /** The names of arguments by those of the operators, as `{ self: 'input' }`. */
  readonly names?: Readonly<Record<string, string>>;
  /** What to add about the arguments where their shapes or dtypes do not fit, as `input: float32 [2, 3]`. */
  readonly received?: () => string;
};

/**
 * The result of `fn`, a function that is put together of operators. What these refuse is said as of the function
 * that was called, whose caller knows nothing of them.
 *
 * Not for code of the caller's own, whose errors are to stay as they are.
 */
export function calledAs<R>(called: CalledAs, fn: () => R): R {
  try {
    return fn();
  } catch (error) {
    throw asOf(called, error);
  }
}

function asOf(called: CalledAs, error: unknown): unknown {
  const { operator } = called;
  if (error instanceof TorchError) {
    const { code, operator: inner, path } = error;
    const more = ABOUT_TENSORS.includes(code) ? called.received?.() : '';
    if (inner === undefined || (inner === operator && !more)) return error;
    const message = `${reworded(error.message, inner, called)}${more ? ` (${more})` : ''}`;
    return new TorchError(code, message, { operator, cause: error, ...(path && { path }) });
  }
  for (const Class of [ArgumentTypeError, ArgumentRangeError]) {
    if (!(error instanceof Class) || error.operator === undefined) continue;
    if (error.operator === operator) return error;
    return new Class(reworded(error.message, error.operator, called), operator, error.argument);
  }
  return error;
}

/** «inner: …» and «… of inner …» in the words of the function that was called. */
function reworded(message: string, inner: string, { operator, names = {} }: CalledAs): string {
  const rest = message.startsWith(`${inner}: `) ? message.slice(inner.length + 2) : message;
  const own = rest
    .replaceAll(` of ${inner} `, ` of ${operator} `)
    .replaceAll(/\bfor (\w+)/g, (text, name: string) => {
      const renamed = Object.hasOwn(names, name) ? names[name] : undefined;
      return renamed === undefined ? text : `for ${renamed}`;
    });
  return `${operator}: ${own}`;
}
