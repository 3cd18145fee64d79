import { camelCase } from '../camel-case';
import { ArgumentTypeError } from '../errors';
import { editDistance } from '../nearest-name';
import { placeOf } from '../operator-name';
import { DTYPES, SHORT_DTYPES } from './dtype';

/** An object whose names people look for: a tensor, `torch`, or one of its namespaces. */
export type Door = {
  /** As messages write it, for example `torch.linalg`. */
  readonly name: string;
  /** What has the names as its own. */
  readonly names: object;
  /** The last object of the prototype chain before `Object.prototype`. Default: `names` itself. */
  readonly last?: object;
};

type Known = { readonly door: Door; readonly name: string; readonly isGetter: boolean };
type Answer = { readonly message: string; readonly atOnce: boolean };

/** Names that a slip is not looked for in: beyond it answers would be guesses. */
const LONGEST = 40;
const SHORTEST = 4;
/** Answers that are remembered, so that a name which is asked for again and again costs little. */
const REMEMBERED = 1000;

/** PyTorch's names for what is done in another way here. */
const INSTEAD: Readonly<Record<string, string>> = {
  numpy: 'tensor.data() or tensor.tolist()',
  fromNumpy: 'torch.tensor(array)',
  frombuffer: 'torch.tensor(array, { share: true })',
  asarray: 'torch.tensor(array)',
  save: 'writeSafetensors',
  load: 'readSafetensors',
  FloatTensor: 'torch.tensor',
  LongTensor: "torch.tensor(values, { dtype: 'int64' })",
  Generator: 'torch.generator(seed)',
  manualSeedAll: 'torch.manualSeed',
  isTensor: 'isTensor(value), an export of this package',
  gradAndValue: 'torch.func.valueAndGrad',
  compile: 'the function itself, which runs as it is',
  Module: 'a layer of your own, { init, apply }',
  Parameter: 'torch.tensor(values, { requiresGrad: true })',
  ModuleList: 'an array or object of layers',
  ModuleDict: 'an object of layers',
  CrossEntropyLoss: 'nn.functional.crossEntropy',
  crossEntropyLoss: 'nn.functional.crossEntropy',
  BCELoss: 'nn.functional.binaryCrossEntropy',
  BCEWithLogitsLoss: 'nn.functional.binaryCrossEntropyWithLogits',
  clipGradNorm_: 'optim.clipByGlobalNorm',
  setDetectAnomaly: 'torch.autograd.detectAnomaly(fn)',
  setAnomalyEnabled: 'torch.autograd.detectAnomaly(fn)',
  apply_: 'torch.tensor(tensor.data().map(fn), { shape: tensor.shape })',
  map_: 'torch.tensor(tensor.data().map(fn), { shape: tensor.shape })',
};

/**
 * PyTorch's modules and constants that are not here as such. Reading one is the error, since it is never called.
 */
const MODULES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(DTYPES.map((dtype) => [`torch.${camelCase(dtype)}`, `'${dtype}'`])),
  ...Object.fromEntries(
    Object.entries(SHORT_DTYPES).map(([name, dtype]) => [`torch.${name}`, `'${dtype}'`]),
  ),
  'torch.inf': 'Infinity',
  'torch.nan': 'NaN',
  'torch.pi': 'Math.PI',
  'torch.e': 'Math.E',
  'torch.newaxis': 'null',
  'torch.distributions': 'torch.normal, torch.bernoulli or torch.multinomial',
  'nn.init': 'nn.xavierUniform, nn.kaimingUniform, nn.normal or nn.uniform',
  'nn.utils': 'optim.clipByGlobalNorm, or torch.padSequence',
  'optim.lrScheduler':
    'optim.cosineDecay, optim.stepDecay, optim.linearWarmup or optim.reduceOnPlateau',
  'torch.nn': 'nn, an export of this package',
  'torch.optim': 'optim, an export of this package',
  'torch.utils': 'torch.checkpoint(fn, ...inputs), or data and episodes of this package',
  'torch.autograd.functional': 'torch.jacobian, torch.hessian, torch.vjp, torch.jvp or torch.hvp',
  'torch.autograd.graph': 'torch.autograd.savedTensorsHooks(pack, unpack, fn) or tensor.gradFn',
  'torch.autograd.forwardAd': 'torch.jvp or torch.func.jacfwd',
};

/**
 * Makes doors answer for names that they do not have and that are near to some which they or others have.
 * To read such a name gives a function, and calling it is an ArgumentTypeError that says what was
 * meant, so that asking an object whether it has a name stays harmless. Where a getter was meant,
 * which is not called, reading it is the error, and so is assigning to it. Other names are undefined, as
 * they are for any object, and `in` is false for all of them.
 *
 * A Proxy at the end of the prototype chain does it: what is there is found before it.
 */
export function answerMissingNames(doors: readonly Door[]): void {
  const names = new KnownNames(doors);
  for (const door of doors) {
    Object.setPrototypeOf(door.last ?? door.names, new Proxy({}, handlerOf(door, names)));
  }
}

function refuse({ message }: Answer, name: string): never {
  throw new ArgumentTypeError(message, name);
}

/** No arrow function, so that `new` of a class that is not there, and a class that extends it, are answered too. */
function refusing(answer: Answer, name: string): () => never {
  function missingName(): never {
    return refuse(answer, name);
  }
  return missingName;
}

function handlerOf(door: Door, names: KnownNames): ProxyHandler<object> {
  return {
    get(target, name, receiver) {
      if (typeof name === 'symbol' || name in target) return Reflect.get(target, name, receiver);
      const answer = names.answer(door, name);
      if (answer === undefined) return undefined;
      if (answer.atOnce) return refuse(answer, name);
      return refusing(answer, name);
    },
    set(target, name, value, receiver) {
      if (typeof name === 'string' && !(name in target)) {
        const answer = names.answer(door, name);
        if (answer?.atOnce) return refuse(answer, name);
      }
      return Reflect.set(target, name, value, receiver);
    },
  };
}

/** The names of all doors, read when one is first missed. */
class KnownNames {
  readonly #doors: readonly Door[];
  readonly #answers = new Map<string, Answer | undefined>();
  #known: readonly Known[] | undefined;
  #byKey: ReadonlyMap<string, readonly Known[]> | undefined;

  constructor(doors: readonly Door[]) {
    this.#doors = doors;
  }

  answer(door: Door, name: string): Answer | undefined {
    if (!/^[a-zA-Z]/.test(name) || name.length > LONGEST || isJavaScripts(name)) return undefined;
    const key = `${door.name}.${name}`;
    if (this.#answers.has(key)) return this.#answers.get(key);
    const answer = this.#find(door, name);
    if (this.#answers.size < REMEMBERED) this.#answers.set(key, answer);
    return answer;
  }

  #find(door: Door, name: string): Answer | undefined {
    this.#read();
    // Also `linalgInv` is looked for where `linalg_inv` is.
    const snakeCase = name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    const { namespace, name: place } = placeOf(snakeCase);
    const anywhere = this.#byKey?.get(keyOf(name)) ?? [];
    const own = anywhere.filter((known) => known.door === door);
    const same = own.length > 0 ? own : anywhere;
    const moved = (this.#byKey?.get(keyOf(place)) ?? []).filter(
      (known) => namespace !== undefined && known.door.name === `torch.${namespace}`,
    );
    const module = MODULES[`${door.name}.${camelCase(name)}`];
    if (module !== undefined) return { message: missing(door, name, [module]), atOnce: true };
    const instead = INSTEAD[camelCase(name)];
    const found = moved.length > 0 ? moved : same.length > 0 ? same : this.#nearest(door, name);
    const meant = found.map((known) => `${known.door.name}.${known.name}`);
    if (instead !== undefined) meant.unshift(instead);
    if (meant.length === 0) return undefined;
    const [first] = found;
    const atOnce = first?.isGetter === true && first.door === door;
    return { message: missing(door, name, meant), atOnce };
  }

  /** The name that a slip of one or two letters makes another of, a door's own before others. */
  #nearest(door: Door, name: string): readonly Known[] {
    if (name.length < SHORTEST) return [];
    const most = name.length <= 6 ? 1 : 2;
    let best: { known: Known; distance: number } | undefined;
    for (const known of this.#known ?? []) {
      if (Math.abs(known.name.length - name.length) > most) continue;
      const distance = editDistance(name, known.name) + (known.door === door ? 0 : 0.5);
      if (distance <= most + 0.5 && distance < (best?.distance ?? Infinity)) {
        best = { known, distance };
      }
    }
    return best === undefined ? [] : [best.known];
  }

  #read(): void {
    if (this.#known !== undefined) return;
    this.#known = this.#doors.flatMap((door) =>
      Object.entries(Object.getOwnPropertyDescriptors(door.names)).flatMap(([name, { get }]) =>
        name === 'constructor' ? [] : [{ door, name, isGetter: get !== undefined }],
      ),
    );
    const byKey = new Map<string, Known[]>();
    for (const known of this.#known) {
      const key = keyOf(known.name);
      byKey.set(key, [...(byKey.get(key) ?? []), known]);
    }
    this.#byKey = byKey;
  }
}

function missing(door: Door, name: string, meant: readonly string[]): string {
  return `${door.name} has no ${name}; did you mean ${meant.join(' or ')}?`;
}

/** The same for all ways to write a name: `log_softmax`, `logSoftmax`, `logsoftmax`. */
function keyOf(name: string): string {
  return name.replace(/_(?=.)/g, '').toLowerCase();
}

let javaScripts: ReadonlySet<string> | undefined;

/** Names that programs ask any object for, to find out what it is. */
function isJavaScripts(name: string): boolean {
  javaScripts ??= new Set([
    ...[Array, Map, Promise, Function, String, Error, Date, Uint8Array, ArrayBuffer].flatMap(
      ({ prototype }) => Object.getOwnPropertyNames(prototype),
    ),
    ...Object.getOwnPropertyNames(Object.getPrototypeOf(Uint8Array.prototype)),
    ...['value', 'done', 'next', 'type', 'code', 'cause', 'stack', 'toJSON', 'inspect', 'nodeType'],
    ...['nodeName', 'tagName', 'asymmetricMatch', 'default'],
  ]);
  return javaScripts.has(name);
}
