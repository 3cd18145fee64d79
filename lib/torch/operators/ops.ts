import { TorchError } from '../../errors';
import { binding } from '../binding';
import { type Call, Operator, operatorNamed } from './dispatch';
import { unreachable } from './unreachable';

/** An operator by its own name, and each of its overloads by theirs. */
export interface OperatorByName {
  (...args: unknown[]): unknown;
  /** The overload that libtorch gives no name is `default`. */
  readonly [overload: string]: Call;
}

/**
 * Every operator of libtorch by its own name, the private and the in-place ones too, of every namespace that
 * libtorch registers, without types: `ops.aten.add_(x, y)`, `ops.quantized.add(a, b, scale, zeroPoint)`.
 * `ops.aten.add.Tensor(x, y)` is one overload, and `ops.aten.add.out(x, y, { out })` writes into `out`.
 * `Object.keys(ops.quantized)` lists a namespace.
 */
export const ops: Readonly<Record<string, Readonly<Record<string, OperatorByName>>>> = lazyRecord(
  (namespace) =>
    lazyRecord(
      (name) => operatorByName(`${namespace}::${name}`),
      () => namesOf(namespace),
    ),
);

function namesOf(namespace: string): string[] {
  return binding.operatorNames(namespace).map((name) => name.slice(namespace.length + 2));
}

function operatorByName(name: string): OperatorByName {
  const reason = unreachable(name);
  const callOf = (operator: () => Operator): Call => {
    if (reason === undefined) return (...args) => operator().call(args);
    return () => {
      throw new TorchError('ERR_TORCH_NOT_IMPLEMENTED', reason, { operator: name });
    };
  };
  const overloads = lazyRecord((overload) => {
    const operator = new Operator(name, overload);
    return callOf(() => operator);
  });
  // Behind the function's own names, so that to call it costs as much as to call any function.
  return Object.setPrototypeOf(
    callOf(() => operatorNamed(name)),
    functionWith(overloads),
  );
}

/** What functions inherit, and what a record has where they inherit nothing. */
function functionWith(record: Readonly<Record<string, Call>>): object {
  return new Proxy<object>(Object.create(Function.prototype), {
    get: (target, name, receiver) =>
      typeof name === 'symbol' || name in target
        ? Reflect.get(target, name, receiver)
        : record[name],
  });
}

/** An object that makes a property when it is first read. */
function lazyRecord<T>(make: (name: string) => T, list = (): string[] => []): Record<string, T> {
  const made = new Map<string, T>();
  let listed: ReadonlySet<string> | undefined;
  const names = (): ReadonlySet<string> => {
    listed ??= new Set(list());
    return listed;
  };
  const get = (name: string): T => {
    const value = made.get(name) ?? make(name);
    made.set(name, value);
    return value;
  };
  return new Proxy<Record<string, T>>(
    {},
    {
      get: (_, name) => (typeof name === 'symbol' ? undefined : get(name)),
      ownKeys: () => [...names()],
      getOwnPropertyDescriptor: (_, name) =>
        typeof name === 'string' && names().has(name)
          ? { value: get(name), enumerable: true, configurable: true }
          : undefined,
    },
  );
}
