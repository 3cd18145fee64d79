import { reword } from './error-wording';

/**
 * Tells the process what libtorch warned of, as a warning of the type `TorchWarning`. It comes once a
 * kind and thread; `process.on('warning')` hears it, `--no-warnings` keeps it quiet.
 */
export function warn(message: string): void {
  process.emitWarning(reword(message, ''), { type: 'TorchWarning' });
}

/** What metatorch itself warns of, as a stable string. */
export type WarningCode =
  | 'METATORCH_AMBIGUOUS_TEXTS'
  | 'METATORCH_ASSISTANT_UNSURE'
  | 'METATORCH_CHECKPOINT_REFUSED'
  | 'METATORCH_RESUME_DIFFERS'
  | 'METATORCH_SEEN_CLASSES'
  | 'METATORCH_STORE_RECOVERED'
  | 'METATORCH_STUDY_RECOVERED'
  | 'METATORCH_UNUSED_TOKENS'
  | 'METATORCH_UNKNOWN_EXAMPLES';

/** Tells the process what works but is hardly meant, as a warning of the type `MetatorchWarning`. */
export function warnOf(code: WarningCode, message: string): void {
  process.emitWarning(message, { type: 'MetatorchWarning', code });
}
