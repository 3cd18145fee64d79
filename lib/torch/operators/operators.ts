import { camelCase } from '../../camel-case';
import { TorchError } from '../../errors';
import { gradFnOf } from '../autograd/graph/grad-fn';
import { type GraphMembers, hooks } from '../autograd/graph/hooks';
import { tagOf } from '../compare';
import { type SharingMethods, sharing } from '../create/shared';
import { printing } from '../inspect';
import { Tensor } from '../tensor';
import { type ConversionMethods, conversions } from './conversions';
import { Operator } from './dispatch';
import { FUNCTIONS, type TorchFunctions } from './generated/functions';
import { METHODS, type TensorMethods } from './generated/tensor-methods';
import { type IndexingMethods, indexing } from './indexing';
import { properties, type TensorProperties } from './properties';
import { unreachable } from './unreachable';

type Members = TensorMethods &
  TensorProperties &
  ConversionMethods &
  IndexingMethods &
  GraphMembers &
  SharingMethods;

// What is put on the prototype below. Declared here, so that the class knows nothing of what uses it.
declare module '../tensor' {
  interface Tensor extends Members {
    // Said again: TypeScript's incremental builds lose a class's own members that symbols name.
    [Symbol.iterator](): IterableIterator<Tensor>;
    [Symbol.dispose](): void;
  }
}

type Call = (...args: unknown[]) => unknown;

/**
 * Every operator of libtorch by its own name, the private and the in-place ones too, without types:
 * `ops.aten.add_(x, y)`.
 */
export const ops: Readonly<Record<string, Readonly<Record<string, Call>>>> = namespaces();

/** The operators that are not methods of `Tensor`, for example `zeros` and `cat`. */
export const functions: TorchFunctions = installFunctions();

installMethods();

function installMethods(): void {
  for (const name of METHODS) {
    const operator = new Operator(`aten::${name}`);
    define(camelCase(name), function (this: Tensor, ...args: unknown[]): unknown {
      return operator.callMethod(this, args);
    });
  }
  const handwritten = { ...conversions, ...indexing, ...hooks, ...sharing, ...printing };
  for (const name of Reflect.ownKeys(handwritten)) define(name, Reflect.get(handwritten, name));
  for (const [name, get] of Object.entries(properties)) defineGetter(name, get);
  defineGetter('gradFn', gradFnOf);
  defineGetter(Symbol.toStringTag, tagOf);
}

function define(name: string | symbol, value: unknown): void {
  Object.defineProperty(Tensor.prototype, name, { value, writable: true, configurable: true });
}

function defineGetter(name: string | symbol, get: (self: Tensor) => unknown): void {
  Object.defineProperty(Tensor.prototype, name, {
    get(this: Tensor) {
      return get(this);
    },
    configurable: true,
  });
}

function installFunctions(): TorchFunctions {
  const installed = Object.fromEntries(
    FUNCTIONS.map((name) => [camelCase(name), callOf(`aten::${name}`)]),
  );
  // The names and the types are generated together from the same schemas.
  return installed as unknown as TorchFunctions;
}

function callOf(name: string): Call {
  const operator = new Operator(name);
  return (...args) => operator.call(args);
}

function namespaces(): Record<string, Record<string, Call>> {
  return lazyRecord((namespace) => lazyRecord((name) => callByName(`${namespace}::${name}`)));
}

function callByName(name: string): Call {
  const reason = unreachable(name);
  if (reason === undefined) return callOf(name);
  return () => {
    throw new TorchError('ERR_TORCH_NOT_IMPLEMENTED', reason, { operator: name });
  };
}

/** An object that makes a property when it is first read. */
function lazyRecord<T>(make: (name: string) => T): Record<string, T> {
  const made = new Map<string, T>();
  return new Proxy<Record<string, T>>(
    {},
    {
      get(_, name) {
        if (typeof name === 'symbol') return undefined;
        let value = made.get(name);
        if (value === undefined) {
          value = make(name);
          made.set(name, value);
        }
        return value;
      },
    },
  );
}
