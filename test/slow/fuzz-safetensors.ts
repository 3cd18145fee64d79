import { mutateHeader, readsOrRefuses, SAMPLE_HEADER } from '../helpers/files/mutate-header';
import { numbers } from '../helpers/numbers';

/**
 * Alters a header 100,000 times, or as often as the first argument says: each must be read as
 * `JSON.parse` reads it, or refused.
 */
const count = Number(process.argv[2] ?? 100_000);
const next = numbers(Number(process.argv[3] ?? 2));
let read = 0;
let slowest = 0;
for (let i = 0; i < count; i++) {
  const header = mutateHeader(SAMPLE_HEADER, next);
  const start = performance.now();
  if (readsOrRefuses(header)) read++;
  slowest = Math.max(slowest, performance.now() - start);
}
console.log(
  `${count} headers: ${read} read, ${count - read} refused, slowest ${slowest.toFixed(1)} ms`,
);
