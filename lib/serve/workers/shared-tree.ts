import { isPlainObject } from '../../check';
import { isTensor, type SharedTensor, torch } from '../../torch';

declare const ORIGINAL: unique symbol;

/** A value in which every tensor has become a token that other threads take: plain data. */
export type Shared<T> = { readonly [ORIGINAL]: T };

/** The value with its tensors as tokens, each to be taken `uses` times. Default: until released. */
export function shareAll<T>(value: T, uses?: number): Shared<T> {
  const options = uses === undefined ? {} : { uses };
  return walk(value, (one) => (isTensor(one) ? one.share(options) : undefined)) as Shared<T>;
}

/** The value with tensors on the memory of the tokens. */
export function takeAll<T>(value: Shared<T>): T {
  return walk(value, (one) => (isToken(one) ? torch.fromShared(one) : undefined)) as T;
}

/** Some properties of a shared object: other threads need not be sent the rest. */
export function partOf<T, K extends keyof T & string>(
  value: Shared<T>,
  ...names: readonly K[]
): Shared<Pick<T, K>> {
  const all: object = value;
  const part = Object.fromEntries(names.map((name) => [name, Reflect.get(all, name)]));
  return part as unknown as Shared<Pick<T, K>>;
}

/** Lets go of what the tokens hold. */
export function releaseAll(value: unknown): void {
  walk(value, (one) => (isToken(one) ? torch.releaseShared(one) : undefined));
}

function isToken(value: unknown): value is SharedTensor {
  return isPlainObject(value) && value.kind === 'metatorch.shared';
}

function walk(value: unknown, replace: (value: unknown) => unknown): unknown {
  const replaced = replace(value);
  if (replaced !== undefined) return replaced;
  if (Array.isArray(value)) return value.map((item) => walk(item, replace));
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, walk(item, replace)]));
}
