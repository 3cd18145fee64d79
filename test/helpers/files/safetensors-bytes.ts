/** A file made by hand: the header's length, its text, and data. */
export function safetensorsBytes(header: string | Uint8Array, data: Uint8Array = new Uint8Array()) {
  const json = Buffer.from(header);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, data]);
}
