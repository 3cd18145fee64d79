import { camelCase } from '../../../lib/camel-case';
import { isTensor, type Tensor, torch } from '../../../lib/torch';
import { Decoder, type TensorSource } from '../../conformance/decode';
import type { CallRecord } from '../../conformance/record';
import { publicCall } from '../../conformance/replay';

/** Stands for the n-th tensor among an operator's arguments. */
class Place {
  constructor(readonly index: number) {}
}

/** An operator with the arguments of one recorded sample, to be called with other tensors. */
export type Sample = {
  readonly tensors: readonly Tensor[];
  /** Which of them gradients are taken for. */
  readonly leaves: readonly number[];
  /** The operator, or the one that works in place on a copy of the first argument. */
  readonly call: (tensors: readonly Tensor[], inPlace: boolean) => readonly Tensor[];
  readonly hasInPlace: boolean;
};

/** What PyTorch recorded of one call. */
export function sampleOf(record: CallRecord, source: TensorSource): Sample {
  const decoder = new Decoder(source);
  const tensors: Tensor[] = [];
  const place = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(place);
    if (!isTensor(value)) return value;
    const known = tensors.indexOf(value);
    if (known >= 0) return new Place(known);
    tensors.push(value);
    return new Place(tensors.length - 1);
  };
  const args = record.args.map((encoded) => place(decoder.value(encoded)));
  const options = Object.entries(record.kwargs).map(
    ([name, encoded]) => [camelCase(name), place(decoder.value(encoded))] as const,
  );
  const [first] = args;
  const self = first instanceof Place ? tensors[first.index] : undefined;
  const leaves = tensors.flatMap((tensor, i) => (decoder.leaves.includes(tensor) ? [i] : []));
  const call: Sample['call'] = (given, inPlace) => {
    const fill = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(fill);
      return value instanceof Place ? given[value.index] : value;
    };
    const filled = args.map((value, i) => {
      const tensor = fill(value);
      const written = record.written.includes(i) || (inPlace && i === 0);
      return isTensor(tensor) && written ? tensor.clone() : tensor;
    });
    const filledOptions = options.map(([name, value]) => [name, fill(value)]);
    const last = options.length > 0 ? [Object.fromEntries(filledOptions)] : [];
    torch.manualSeed(record.seed);
    const results = inPlace
      ? callMethod(filled[0] as Tensor, inPlaceName(record), [...filled.slice(1), ...last])
      : publicCall(record, filled).call(...filled, ...last);
    return [results].flat(3).filter(isTensor);
  };
  const hasInPlace =
    record.method &&
    self !== undefined &&
    record.written.length === 0 &&
    typeof Reflect.get(self, inPlaceName(record)) === 'function';
  return { tensors, leaves, call, hasInPlace };
}

function inPlaceName(record: CallRecord): string {
  return `${camelCase(record.name)}_`;
}

function callMethod(self: Tensor, name: string, args: readonly unknown[]): unknown {
  const method: unknown = Reflect.get(self, name);
  if (typeof method !== 'function') throw new Error(`Expected a method ${name}`);
  return Reflect.apply(method, self, args);
}
