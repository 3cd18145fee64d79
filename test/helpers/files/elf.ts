const HEADER_BYTES = 64;
const ENTRY_BYTES = 56;

/** The start of a 64-bit ELF program that asks for a dynamic linker, after an entry of another kind. */
export function elfWithInterpreter(interpreter: string): Buffer {
  const name = Buffer.from(`${interpreter}\0`);
  const start = HEADER_BYTES + 2 * ENTRY_BYTES;
  const file = Buffer.alloc(start + name.length);
  file.write('\x7fELF\x02\x01\x01', 0, 'latin1');
  file.writeBigUInt64LE(BigInt(HEADER_BYTES), 32);
  file.writeUInt16LE(ENTRY_BYTES, 54);
  file.writeUInt16LE(2, 56);
  file.writeUInt32LE(6, HEADER_BYTES);
  const entry = HEADER_BYTES + ENTRY_BYTES;
  file.writeUInt32LE(3, entry);
  file.writeBigUInt64LE(BigInt(start), entry + 8);
  file.writeBigUInt64LE(BigInt(name.length), entry + 32);
  name.copy(file, start);
  return file;
}
