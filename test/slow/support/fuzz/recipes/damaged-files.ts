import fs from 'node:fs';
import type { Random } from '../random';

/** Writes files, and changes some bytes of one of them, or its length. */
export function damagedAfter(random: Random, write: () => void, files: readonly string[]): void {
  write();
  if (random.chance(0.3)) return;
  const file = random.pick(files);
  fs.writeFileSync(file, damaged(fs.readFileSync(file), random));
}

/** Some bytes of others changed, or their end cut off. */
export function damaged(bytes: Uint8Array, random: Random): Uint8Array {
  const copy = Uint8Array.from(bytes);
  for (let times = 1 + random.int(4); times > 0; times--) {
    copy[random.int(Math.max(1, copy.length))] = random.pick([
      0,
      255,
      34,
      44,
      48,
      91,
      123,
      125,
      random.int(256),
    ]);
  }
  return random.chance(0.2) ? copy.subarray(0, random.int(copy.length)) : copy;
}
