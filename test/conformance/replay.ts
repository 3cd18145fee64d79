import { camelCase } from '../../lib/camel-case';
import { placeOf } from '../../lib/operator-name';
import { isTensor, type Tensor, torch } from '../../lib/torch';
import { difference } from './compare';
import { Decoder, type TensorSource } from './decode';
import type { CallRecord, OrderRecord } from './record';

/** By which door of the public interface an operator was called. */
export type Door = 'method' | 'function' | 'ops';
export type Stage = 'forward' | 'gradient' | 'second gradient';

export type Outcome = {
  door: Door;
  /** The orders of differentiation that were compared with numbers of PyTorch. */
  orders: number;
  /** What went wrong first; undefined if nothing did. */
  failure?: { stage: Stage; cause: string };
};

type Call = (...args: unknown[]) => unknown;

class Mismatch extends Error {
  readonly stage: Stage;

  constructor(stage: Stage, cause: string) {
    super(cause);
    this.stage = stage;
  }
}

/** Calls one sample's operator and compares everything with what PyTorch gave. */
export function replay(record: CallRecord, source: TensorSource): Outcome {
  const outcome: Outcome = { door: 'ops', orders: 0 };
  let stage: Stage = 'forward';
  torch.scope(() => {
    try {
      const decoder = new Decoder(source);
      const { door, results } = forward(record, decoder);
      outcome.door = door;
      checkAll('forward', results, decoder.value(record.results) as unknown[], record.compare);
      stage = 'gradient';
      const first = differentiate(stage, results, record.first, decoder, record.compare);
      if (first !== undefined) outcome.orders = 1;
      stage = 'second gradient';
      const second = differentiate(stage, first ?? [], record.second, decoder, record.compare);
      if (second !== undefined) outcome.orders = 2;
    } catch (error) {
      const where = error instanceof Mismatch ? error.stage : stage;
      outcome.failure = { stage: where, cause: (error as Error).message.split('\n')[0] ?? '' };
    }
  });
  return outcome;
}

function forward(record: CallRecord, decoder: Decoder): { door: Door; results: unknown[] } {
  const args = record.args.map((encoded, i) => {
    const value = decoder.value(encoded);
    return isTensor(value) && record.written.includes(i) ? value.clone() : value;
  });
  const options = Object.entries(record.kwargs).map(
    ([name, value]) => [camelCase(name), decoder.value(value)] as const,
  );
  const { door, call } = publicCall(record, args);
  torch.manualSeed(record.seed);
  const last = options.length > 0 ? [Object.fromEntries(options)] : [];
  return { door, results: [call(...args, ...last)].flat(2) };
}

/** What the public interface gives in Python's form: the results that were asked for, not all of the dispatcher's. */
const IN_PYTHONS_FORM = new Set(['unique_consecutive']);

/** The door of the public interface that an operator has, the method first. */
export function publicCall(record: CallRecord, [self]: unknown[]): { door: Door; call: Call } {
  if (IN_PYTHONS_FORM.has(record.name)) return byDispatcher(record);
  const { namespace, name } = placeOf(record.name);
  const method: unknown =
    record.method && namespace === undefined && isTensor(self)
      ? Reflect.get(self, name)
      : undefined;
  if (isTensor(method)) return { door: 'method', call: () => method };
  if (typeof method === 'function') {
    return { door: 'method', call: (on, ...rest) => Reflect.apply(method, on, rest) };
  }
  const free: unknown = Reflect.get(namespace === undefined ? torch : torch[namespace], name);
  if (typeof free === 'function') {
    return { door: 'function', call: (...args) => Reflect.apply(free, torch, args) };
  }
  return byDispatcher(record);
}

function byDispatcher({ name }: CallRecord): { door: Door; call: Call } {
  const call = torch.ops.aten?.[name];
  if (call === undefined) throw new Error(`aten::${name} is not there`);
  return { door: 'ops', call };
}

function checkAll(
  stage: Stage,
  actual: readonly unknown[],
  expected: readonly unknown[],
  elements: boolean,
): void {
  if (actual.length !== expected.length) {
    throw new Mismatch(stage, `${actual.length} results instead of ${expected.length}`);
  }
  for (const [i, value] of expected.entries()) {
    const found = difference(actual[i], value, elements);
    if (found !== undefined) throw new Mismatch(stage, `result ${i}: ${found}`);
  }
}

/** The gradients with respect to all leaves, compared; undefined if PyTorch gave none. */
function differentiate(
  stage: Stage,
  values: readonly unknown[],
  order: OrderRecord | null,
  decoder: Decoder,
  comparable: boolean,
): (Tensor | null)[] | undefined {
  const places = differentiable(values);
  if (order === null) {
    if (comparable && places.length > 0 && decoder.leaves.length > 0) {
      throw new Mismatch(stage, 'there is one, but PyTorch has none');
    }
    return undefined;
  }
  if (places.join() !== order.of.join()) {
    throw new Mismatch(stage, `results ${places.join()} have one instead of ${order.of.join()}`);
  }
  const outputs = places.map((i) => values[i]).filter(isTensor);
  const gradOutputs = (decoder.value(order.weights) as unknown[]).filter(isTensor);
  const run = () => torch.gradOrNull(outputs, decoder.leaves, { gradOutputs, createGraph: true });
  if ('error' in order) {
    refused(stage, run, order.error);
    return undefined;
  }
  const gradients = run();
  checkAll(stage, gradients, decoder.value(order.gradients) as unknown[], true);
  return gradients;
}

function differentiable(values: readonly unknown[]): number[] {
  return [...values.keys()].filter((i) => {
    const value = values[i];
    return isTensor(value) && value.requiresGrad && value.layout === 'strided';
  });
}

/** What PyTorch refuses must be refused here too. */
function refused(stage: Stage, run: () => unknown, message: string): void {
  try {
    run();
  } catch {
    return;
  }
  throw new Mismatch(stage, `there is one, but PyTorch says: ${message}`);
}
