// Looked up once: it is called for every number.
const { imul } = Math;

/** Four 32-bit words, not all zero. */
export type XoshiroState = readonly [number, number, number, number];

function rotateLeft(x: number, k: number): number {
  return (x << k) | (x >>> (32 - k));
}

/**
 * xoshiro128**, David Blackman and Sebastiano Vigna, "Scrambled Linear Pseudorandom Number
 * Generators", ACM Transactions on Mathematical Software 47(4), 2021; period 2^128 − 1.
 */
export class Xoshiro128 {
  #s0: number;
  #s1: number;
  #s2: number;
  #s3: number;

  constructor(state: XoshiroState) {
    [this.#s0, this.#s1, this.#s2, this.#s3] = state;
  }

  /** The next output, from 0 to 2^32 − 1. */
  next(): number {
    const output = imul(rotateLeft(imul(this.#s1, 5), 7), 9) >>> 0;
    const t = this.#s1 << 9;
    this.#s2 ^= this.#s0;
    this.#s3 ^= this.#s1;
    this.#s1 ^= this.#s2;
    this.#s0 ^= this.#s3;
    this.#s2 ^= t;
    this.#s3 = rotateLeft(this.#s3, 11);
    return output;
  }
}
