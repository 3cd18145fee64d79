import { reword } from './error-wording';

/**
 * Tells the process what libtorch warned of, as a warning of the type `TorchWarning`. It comes once a
 * kind and thread; `process.on('warning')` hears it, `--no-warnings` keeps it quiet.
 */
export function warn(message: string): void {
  process.emitWarning(reword(message, ''), { type: 'TorchWarning' });
}
