import { Buffer } from 'node:buffer';

// The few messages of protocol buffers that TensorBoard's event files are made of: event.proto, summary.proto,
// tensor.proto and histogram.proto of https://github.com/tensorflow/tensorboard/tree/master/tensorboard/compat/proto

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;
const DT_STRING = 7;
const SESSION_START = 1;

/** The bytes of a message: fields one after the other. */
type Message = readonly Buffer[];

/** What one event has to say. */
export type EventContent =
  | { readonly kind: 'version' }
  /** The run goes on after `step` steps: what earlier files say of later ones no longer counts. */
  | { readonly kind: 'session' }
  | { readonly kind: 'scalar'; readonly tag: string; readonly value: number }
  | { readonly kind: 'text'; readonly tag: string; readonly text: string }
  | { readonly kind: 'histogram'; readonly tag: string; readonly histogram: Histogram };

/** Numbers by how many of them are in each interval up to a limit. */
export type Histogram = {
  readonly min: number;
  readonly max: number;
  readonly count: number;
  readonly sum: number;
  readonly sumOfSquares: number;
  /** The right ends of intervals, rising. */
  readonly limits: readonly number[];
  readonly counts: readonly number[];
};

/** The bytes of an event. `seconds` since 1970. */
export function encodeEvent(seconds: number, step: number, content: EventContent): Buffer {
  return Buffer.concat([double(1, seconds), integer(2, step), ...contentOf(content)]);
}

function contentOf(content: EventContent): Message {
  switch (content.kind) {
    case 'version':
      return [bytes(3, Buffer.from('brain.Event:2'))];
    case 'session':
      return [message(7, [integer(1, SESSION_START)])];
    case 'scalar':
      return summary(content.tag, [float(2, content.value)]);
    case 'text':
      return summary(content.tag, textOf(content.text));
    case 'histogram':
      return summary(content.tag, [message(5, histogramOf(content.histogram))]);
  }
}

function summary(tag: string, value: Message): Message {
  return [message(5, [message(1, [bytes(1, Buffer.from(tag)), ...value])])];
}

/** A tensor of one string, for the plug-in that shows Markdown. */
function textOf(text: string): Message {
  const plugin = message(1, [bytes(1, Buffer.from('text'))]);
  const shape = message(2, [message(2, [integer(1, 1)])]);
  return [
    message(9, [plugin]),
    message(8, [integer(1, DT_STRING), shape, bytes(8, Buffer.from(text))]),
  ];
}

function histogramOf({ min, max, count, sum, sumOfSquares, limits, counts }: Histogram): Message {
  return [
    double(1, min),
    double(2, max),
    double(3, count),
    double(4, sum),
    double(5, sumOfSquares),
    bytes(6, doubles(limits)),
    bytes(7, doubles(counts)),
  ];
}

function message(field: number, content: Message): Buffer {
  return bytes(field, Buffer.concat(content));
}

function bytes(field: number, content: Buffer): Buffer {
  return Buffer.concat([key(field, BYTES), varint(content.length), content]);
}

function integer(field: number, value: number): Buffer {
  return Buffer.concat([key(field, VARINT), varint(value)]);
}

function double(field: number, value: number): Buffer {
  return Buffer.concat([key(field, FIXED64), doubles([value])]);
}

function float(field: number, value: number): Buffer {
  const content = Buffer.alloc(4);
  content.writeFloatLE(value);
  return Buffer.concat([key(field, FIXED32), content]);
}

function doubles(values: readonly number[]): Buffer {
  const content = Buffer.alloc(8 * values.length);
  for (const [i, value] of values.entries()) content.writeDoubleLE(value, 8 * i);
  return content;
}

function key(field: number, wire: number): Buffer {
  return varint(field * 8 + wire);
}

/** Seven bits a byte, the lowest first, for integers from 0 to 2^53 − 1. */
function varint(value: number): Buffer {
  const digits: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) digits.push((rest % 128) + 128);
  return Buffer.from([...digits, rest]);
}
