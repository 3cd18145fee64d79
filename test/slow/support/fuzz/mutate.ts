import { isPlainObject } from '../../../../lib/check';
import { isTensor } from '../../../../lib/torch';
import { hostile } from './hostile';
import type { Random } from './random';
import { randomPlan, randomTensor } from './tensors';

const UNTOUCHED = 0.15;
const MOST_COPIED = 1000;

/** Arguments that fit, with one or two places in them made wrong; some are left as they are. */
export function mutated(args: readonly unknown[], random: Random): unknown[] {
  if (random.chance(UNTOUCHED)) return [...args];
  let changed: unknown[] = [...args];
  for (let times = 1 + random.int(2); times > 0; times--) {
    if (changed.length >= MOST_COPIED) return changed;
    changed = changeIn(changed, random, 0) as unknown[];
    if (!Array.isArray(changed)) return [changed];
  }
  return changed;
}

function changeIn(value: unknown, random: Random, level: number): unknown {
  const nested = isPlainObject(value) || (Array.isArray(value) && value.length < MOST_COPIED);
  if (level > 0 && (!nested || random.chance(0.25))) return replacement(value, random);
  if (Array.isArray(value)) return changedArray(value, random, level);
  return changedObject(value as Record<string, unknown>, random, level);
}

function changedArray(array: readonly unknown[], random: Random, level: number): unknown[] {
  const copy = [...array];
  const how = random.int(12);
  if (how === 0 || copy.length === 0) copy.push(hostile(random));
  else if (how === 1) copy.pop();
  else {
    const at = random.int(copy.length);
    copy[at] = changeIn(copy[at], random, level + 1);
  }
  return copy;
}

function changedObject(object: Record<string, unknown>, random: Random, level: number): unknown {
  const copy = { ...object };
  const keys = Object.keys(copy);
  if (random.chance(0.08) || keys.length === 0) copy.nonsense = hostile(random);
  else {
    const key = random.pick(keys);
    if (random.chance(0.1)) delete copy[key];
    else copy[key] = changeIn(copy[key], random, level + 1);
  }
  return copy;
}

const NUMBERS = [0, 1, -1, 2, 3, 0.5, 1e9, 2 ** 31, 2 ** 53, Number.NaN, Infinity, 1e-300] as const;

/** Another value, mostly of the same kind. */
function replacement(value: unknown, random: Random): unknown {
  if (random.chance(0.5)) return hostile(random);
  if (isTensor(value)) return changedTensor(value, random);
  if (typeof value === 'number') return random.pick(NUMBERS);
  if (typeof value === 'string')
    return random.pick(['', 'x', 'sum', 'cpu', 'cuda', '\u0000', 'é😀']);
  if (typeof value === 'boolean') return !value;
  return hostile(random);
}

function changedTensor(
  value: Parameters<typeof randomTensor>[1] & object,
  random: Random,
): unknown {
  if (random.chance(0.6)) return randomTensor(random, { shape: value.shape, dtype: value.dtype });
  return randomTensor(random, randomPlan(random));
}
