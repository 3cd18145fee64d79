import type { PlateauSchedule } from '../../optim';
import type { Callback } from './callback';
import { type EarlyStoppingOptions, earlyStopping } from './early-stopping';
import { plateauCallback } from './plateau';

/** The features of `train` that follow evaluations, and then the caller's callbacks. */
export function allCallbacks(settings: {
  earlyStopping?: EarlyStoppingOptions | undefined;
  plateau?: PlateauSchedule | undefined;
  callbacks: readonly Callback[];
}): readonly Callback[] {
  return [
    ...(settings.plateau ? [plateauCallback(settings.plateau)] : []),
    ...(settings.earlyStopping ? [earlyStopping(settings.earlyStopping)] : []),
    ...settings.callbacks,
  ];
}
