import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import vm from 'node:vm';
import { nextTurn } from '../../lib/next-turn';
import { torch } from '../../lib/torch';

setFlagsFromString('--expose-gc');

/** Collects garbage for certain. What is collected is freed once the turn of the event loop ends. */
export const collectGarbage = vm.runInNewContext('gc') as () => void;

/** Collects until `condition` holds or `turns` are over. */
export async function collectUntil(condition: () => boolean, turns = 50): Promise<boolean> {
  for (let turn = 0; turn < turns && !condition(); turn++) {
    // What a WeakRef gives lives until the turn ends.
    await nextTurn();
    collectGarbage();
  }
  return condition();
}

/** Collections in a row that have to find nothing: what one of them finds is freed some turns later. */
const QUIET = 4;

/**
 * The number of tensors, once those are gone that earlier tests left to the garbage collector: it would come to them at
 * some later moment, in the middle of what is counted.
 */
export async function settledTensors(): Promise<number> {
  let count = torch.memory().tensors;
  for (let quiet = 0; quiet < QUIET; quiet++) {
    collectGarbage();
    await setTimeout(2);
    await nextTurn();
    const { tensors } = torch.memory();
    if (tensors !== count) quiet = 0;
    count = tensors;
  }
  return count;
}
