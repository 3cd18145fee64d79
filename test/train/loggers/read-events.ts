import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { maskedCrc } from '../../../lib/train/loggers/record';

/** A field of a message of protocol buffers. */
type Field = { field: number; value: number | Buffer };

export type Event = { step: number; version?: string; session?: boolean; tag?: string } & Partial<{
  scalar: number;
  text: string;
  plugin: string;
  histogram: { min: number; max: number; num: number; limits: number[]; counts: number[] };
}>;

/** The records of a TFRecord file, whose checksums are tested. */
export function readRecords(bytes: Buffer): Buffer[] {
  const records: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = Number(bytes.readBigUInt64LE(at));
    expect(bytes.readUInt32LE(at + 8)).toBe(maskedCrc(bytes.subarray(at, at + 8)));
    const data = bytes.subarray(at + 12, at + 12 + length);
    expect(bytes.readUInt32LE(at + 12 + length)).toBe(maskedCrc(data));
    records.push(data);
    at += 16 + length;
  }
  return records;
}

/** The events of a folder, file after file. */
export function readEvents(folder: string): Event[] {
  const names = readdirSync(folder).filter((name) => name.startsWith('events.out.tfevents.'));
  return names.sort().flatMap((name) => readRecords(readFileSync(join(folder, name))).map(eventOf));
}

function eventOf(record: Buffer): Event {
  const fields = fieldsOf(record);
  const step = Number(fieldIn(fields, 2) ?? 0);
  const version = fieldIn(fields, 3);
  if (version instanceof Buffer) return { step, version: version.toString() };
  const session = fieldIn(fields, 7);
  if (session instanceof Buffer) return { step, session: fieldIn(fieldsOf(session), 1) === 1 };
  const value = fieldsOf(partOf(fieldsOf(partOf(fields, 5)), 1));
  const tag = partOf(value, 1).toString();
  const scalar = fieldIn(value, 2);
  if (typeof scalar === 'number') return { step, tag, scalar };
  const histogram = fieldIn(value, 5);
  if (histogram instanceof Buffer) return { step, tag, histogram: histogramOf(histogram) };
  const plugin = partOf(fieldsOf(partOf(fieldsOf(partOf(value, 9)), 1)), 1).toString();
  return { step, tag, plugin, text: partOf(fieldsOf(partOf(value, 8)), 8).toString() };
}

function histogramOf(bytes: Buffer): NonNullable<Event['histogram']> {
  const fields = fieldsOf(bytes);
  const doubles = (field: number) => {
    const packed = partOf(fields, field);
    return Array.from({ length: packed.length / 8 }, (_, i) => packed.readDoubleLE(8 * i));
  };
  const [min, max, num] = [1, 2, 3].map((field) => Number(fieldIn(fields, field)));
  return { min: min ?? 0, max: max ?? 0, num: num ?? 0, limits: doubles(6), counts: doubles(7) };
}

function fieldIn(fields: readonly Field[], field: number): number | Buffer | undefined {
  return fields.find((one) => one.field === field)?.value;
}

function partOf(fields: readonly Field[], field: number): Buffer {
  const value = fieldIn(fields, field);
  if (value instanceof Buffer) return value;
  throw new Error(`Expected bytes for field ${field} but found ${value}`);
}

function fieldsOf(bytes: Buffer): Field[] {
  const fields: Field[] = [];
  let at = 0;
  const varint = (): number => {
    let [value, scale] = [0, 1];
    for (;;) {
      const byte = bytes.readUInt8(at++);
      value += (byte % 128) * scale;
      if (byte < 128) return value;
      scale *= 128;
    }
  };
  const skip = (length: number): Buffer => {
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const key = varint();
    const field = Math.floor(key / 8);
    switch (key % 8) {
      case 0:
        fields.push({ field, value: varint() });
        break;
      case 1:
        fields.push({ field, value: skip(8).readDoubleLE() });
        break;
      case 2:
        fields.push({ field, value: skip(varint()) });
        break;
      case 5:
        fields.push({ field, value: skip(4).readFloatLE() });
        break;
      default:
        throw new Error(`Expected a kind of field but found ${key % 8}`);
    }
  }
  return fields;
}
