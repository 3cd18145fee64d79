import { ArgumentRangeError, ArgumentTypeError, type ErrorCode, TorchError } from '../errors';

/** What of an error goes from thread to thread. */
export type PlainError = {
  name: string;
  message: string;
  code: string | undefined;
  operator: string | undefined;
  path: string | undefined;
};

/** An error as plain data. */
export function plainError(error: unknown): PlainError {
  const { name, message, code, operator, path }: Partial<PlainError> = Object(error);
  return { name: name ?? 'Error', message: message ?? String(error), code, operator, path };
}

/** The error of plain data, of its own class. */
export function errorOf({ name, message, code, operator, path }: PlainError): Error {
  if (name === 'TypeError') return new ArgumentTypeError(message, operator);
  if (name === 'RangeError') return new ArgumentRangeError(message, operator);
  const details = { ...(operator && { operator }), ...(path && { path }) };
  return new TorchError((code as ErrorCode | undefined) ?? 'ERR_TORCH_RUNTIME', message, details);
}

/** The error of a task whose thread ended before it was done. */
export function workerEnded(task: string, cause: unknown): TorchError {
  const found = cause instanceof Error ? cause.message : String(cause);
  const message = `A worker thread ended during ${task}: ${found}`;
  return new TorchError('ERR_TORCH_WORKER', message, { cause });
}
