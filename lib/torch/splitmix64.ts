/**
 * Guy L. Steele Jr., Doug Lea, Christine H. Flood, "Fast Splittable Pseudorandom Number Generators",
 * OOPSLA 2014, with the constants of Sebastiano Vigna's splitmix64.c.
 *
 * state ← state + γ, output = mix(state): the outputs are a bijective hash of a counter, so any of
 * them can be had without those before it.
 */

const GAMMA = 0x9e3779b97f4a7c15n;

/** The output number `index`, from 0, of SplitMix64 seeded with `seed`; 64 bits. */
export function splitMix64(seed: bigint, index: number | bigint): bigint {
  let z = BigInt.asUintN(64, seed + GAMMA * (BigInt(index) + 1n));
  z = BigInt.asUintN(64, (z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n);
  z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d049bb133111ebn);
  return z ^ (z >> 31n);
}
