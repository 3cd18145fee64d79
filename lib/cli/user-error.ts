import { ArgumentRangeError, ArgumentTypeError, TorchError } from '../errors';

/** The error as a person should see it: what is wrong with an argument is said in one line, without a stack. */
export function userError(error: unknown): unknown {
  const isArgument = error instanceof ArgumentTypeError || error instanceof ArgumentRangeError;
  return isArgument ? new TorchError('ERR_TORCH_ARGUMENT', error.message, { cause: error }) : error;
}

/** Runs an action of a command, whose errors are those that `userError` makes of them. */
export async function forUser<T>(action: () => T | Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw userError(error);
  }
}
