import { placeOf } from '../../operator-name';
import { gradFnOf } from '../autograd/graph/grad-fn';
import { type GraphMembers, hooks } from '../autograd/graph/hooks';
import { tagOf } from '../compare';
import { type SharingMethods, sharing } from '../create/shared';
import { printing } from '../printing/inspect';
import { Tensor } from '../tensor';
import { type CastMethods, casts } from './casts';
import { type ConversionMethods, conversions } from './conversions';
import { type Call, operatorNamed } from './dispatch';
import { FFT, type FftFunctions } from './generated/fft';
import { FUNCTIONS, type TorchFunctions } from './generated/functions';
import { LINALG, type LinalgFunctions } from './generated/linalg';
import { SPARSE, type SparseFunctions } from './generated/sparse';
import { SPECIAL, type SpecialFunctions } from './generated/special';
import { METHODS, SELF_SECOND, type TensorMethods } from './generated/tensor-methods';
import { type IndexingMethods, indexing } from './indexing';
import { properties, type TensorProperties } from './properties';
import { type PythonForms, pythonForms } from './python-forms';
import { type UniqueMethods, uniqueMethods } from './unique';

type Members = TensorMethods &
  TensorProperties &
  ConversionMethods &
  CastMethods &
  UniqueMethods &
  PythonForms &
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

/** The operators as functions of `torch`: `torch.zeros`, `torch.cat`, `torch.exp`. */
export const functions = functionsOf<TorchFunctions>(FUNCTIONS);

/** The operators of PyTorch's modules of the same names. */
export const namespaces = {
  linalg: functionsOf<LinalgFunctions>(LINALG),
  fft: functionsOf<FftFunctions>(FFT),
  special: functionsOf<SpecialFunctions>(SPECIAL),
  sparse: functionsOf<SparseFunctions>(SPARSE),
};

installMethods();

/** Functions that run operators. Their names and the types `F` are generated together. */
function functionsOf<F>(names: readonly string[]): F {
  const installed: Record<string, Call> = {};
  for (const name of names) {
    const operator = operatorNamed(`aten::${name}`);
    installed[placeOf(name).name] = (...args) => operator.call(args);
  }
  return installed as F;
}

function installMethods(): void {
  const second: ReadonlySet<string> = new Set(SELF_SECOND);
  for (const name of METHODS) {
    const operator = operatorNamed(`aten::${name}`);
    define(
      placeOf(name).name,
      second.has(name)
        ? function (this: Tensor, first: unknown, ...rest: unknown[]): unknown {
            return operator.call([first, this, ...rest]);
          }
        : function (this: Tensor, ...args: unknown[]): unknown {
            return operator.callMethod(this, args);
          },
    );
  }
  const handwritten = {
    ...conversions,
    ...casts,
    ...uniqueMethods,
    ...pythonForms,
    ...indexing,
    ...hooks,
    ...sharing,
    ...printing,
  };
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
