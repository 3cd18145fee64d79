import { closeSync, fstatSync, openSync, readdirSync, readSync } from 'node:fs';
import path from 'node:path';

const HEAD_BYTES = 4096;
const HEADER_BYTES = 64;
const LOADED = 1;
const INTERPRETER = 3;

/** An entry of a program header: a range of bytes of the file. */
type Segment = { readonly kind: number; readonly start: number; readonly length: number };

/** The first bytes of a file in the Executable and Linkable Format (elf(5)), and the size of it. */
type Elf = { readonly head: Buffer; readonly size: number };

/** The dynamic linker that a 64-bit little-endian program asks for, undefined where it asks for none. */
export function interpreterOf(program: string): string | undefined {
  const elf = open(program);
  const entry = elf && segmentsOf(elf).find(({ kind }) => kind === INTERPRETER);
  if (elf === undefined || entry === undefined) return undefined;
  const { start, length } = entry;
  return elf.head.toString('latin1', start, start + length).replace(/\0.*$/s, '');
}

/**
 * What is wrong with the first library or addon in a folder that has lost its end, as by a full disk or a copy that was
 * interrupted; undefined if all are whole. The dynamic linker would map such a file, and the process would end with
 * SIGBUS. Only the first bytes of each are read.
 */
export function cutOffLibrary(folder: string): string | undefined {
  const names = namesIn(folder).filter((name) => /\.(node|so)(\.\d+)*$/.test(name));
  for (const name of names) {
    const file = path.join(folder, name);
    const elf = open(file);
    const least = elf && bytesOf(elf);
    if (elf === undefined || least === undefined || elf.size >= least) continue;
    return `${file} is cut off: it has ${elf.size} of ${least} bytes`;
  }
  return undefined;
}

/** How many bytes a file has at least: all that is loaded of it, and the table of its sections. */
function bytesOf(elf: Elf): number {
  const { head } = elf;
  const sections = Number(head.readBigUInt64LE(40)) + head.readUInt16LE(58) * head.readUInt16LE(60);
  const loaded = segmentsOf(elf).filter(({ kind }) => kind === LOADED);
  return Math.max(sections, ...loaded.map(({ start, length }) => start + length));
}

function segmentsOf({ head }: Elf): Segment[] {
  const table = Number(head.readBigUInt64LE(32));
  const size = head.readUInt16LE(54);
  const entries = Array.from({ length: head.readUInt16LE(56) }, (_, i) => table + i * size);
  return entries
    .filter((entry) => entry + 40 <= head.length)
    .map((entry) => ({
      kind: head.readUInt32LE(entry),
      start: Number(head.readBigUInt64LE(entry + 8)),
      length: Number(head.readBigUInt64LE(entry + 32)),
    }));
}

/** Undefined for a file that cannot be read, or is not of this format. */
function open(name: string): Elf | undefined {
  const head = Buffer.alloc(HEAD_BYTES);
  try {
    const file = openSync(name, 'r');
    try {
      const read = head.subarray(0, readSync(file, head, 0, HEAD_BYTES, 0));
      return isElf(read) ? { head: read, size: fstatSync(file).size } : undefined;
    } finally {
      closeSync(file);
    }
  } catch {
    return undefined;
  }
}

/** Of 64 bits, and little-endian. */
function isElf(head: Buffer): boolean {
  if (head.length < HEADER_BYTES || head.readUInt32BE(0) !== 0x7f454c46) return false;
  return head[4] === 2 && head[5] === 1;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
