import { type Json, jsonObject } from '../check';

/**
 * What a checked config, or facts of a run, are in a file: options that are left out are not in it, errors are
 * their messages.
 */
export function asJson(config: object): Record<string, Json> {
  const text = JSON.stringify(config, (_, value: unknown) =>
    isError(value) ? value.message : value,
  );
  return jsonObject(JSON.parse(text), 'config', 'asJson');
}

// By its tag: each realm has its own classes.
function isError(value: unknown): value is Error {
  return /^\[object (?:Error|DOMException)\]$/.test(Object.prototype.toString.call(value));
}
