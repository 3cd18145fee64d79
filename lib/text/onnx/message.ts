/** The part of Protocol Buffers' wire format that ONNX files need. https://protobuf.dev/programming-guides/encoding */

const VARINT = 0;
const BYTES = 2;
const FIXED32 = 5;
/** What one byte of a varint holds. */
const GROUP = 7n;
const MORE = 0x80n;

/**
 * A message as the pieces that it is written of, so that weights are not copied for each message around
 * them. Fields are added in any order.
 */
export class Message {
  readonly #chunks: Uint8Array[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  get chunks(): readonly Uint8Array[] {
    return this.#chunks;
  }

  int(field: number, value: number | bigint): this {
    this.#key(field, VARINT);
    return this.#varint(BigInt(value));
  }

  float(field: number, value: number): this {
    this.#key(field, FIXED32);
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    return this.#add(bytes);
  }

  string(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  bytes(field: number, value: Uint8Array): this {
    this.#key(field, BYTES);
    this.#varint(BigInt(value.length));
    return this.#add(value);
  }

  message(field: number, value: Message): this {
    this.#key(field, BYTES);
    this.#varint(BigInt(value.length));
    for (const chunk of value.#chunks) this.#add(chunk);
    return this;
  }

  #key(field: number, type: number): void {
    this.#varint(BigInt(field * 8 + type));
  }

  /** Seven bits a byte, the low ones first; negative numbers as their 64 bits. */
  #varint(value: bigint): this {
    const bytes: number[] = [];
    let rest = BigInt.asUintN(64, value);
    while (rest >= MORE) {
      bytes.push(Number((rest % MORE) + MORE));
      rest >>= GROUP;
    }
    bytes.push(Number(rest));
    return this.#add(Uint8Array.from(bytes));
  }

  #add(chunk: Uint8Array): this {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    return this;
  }
}
