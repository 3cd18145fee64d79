import type { PlateauSchedule } from '../../optim';
import { accuracyOf } from '../evaluate';
import type { Callback } from './callback';

/** Has a schedule observe evaluations: their loss if it should fall, their accuracy if it should rise. */
export function plateauCallback(schedule: PlateauSchedule): Callback {
  return {
    name: 'plateau',
    evaluation: (_, evaluation) => {
      const watched = schedule.mode === 'min' ? evaluation.loss : accuracyOf(evaluation);
      schedule.observe(watched.mean);
    },
    state: () => schedule.state(),
    restore: (state) => schedule.restore(state),
  };
}
