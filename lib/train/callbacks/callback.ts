import type { Json } from '../../check';
import type { Tree } from '../../torch';
import type { Evaluation } from '../evaluate';

/** The report of one step. */
export type StepReport = {
  /** From 1 to `steps`. */
  step: number;
  steps: number;
  /** Episodes that the step learned from. */
  episodes: number;
  /** Mean query loss of the step's tasks. */
  loss: number;
  /** Mean query accuracy of the step's tasks, from 0 to 1; only where labels are classes. */
  accuracy?: number;
  /** The norm of the gradients before they were clipped; only where they are. */
  gradientNorm?: number;
};

/** What a logger or callback may look at, and the one thing that it may do. */
export interface RunView {
  /** Steps taken so far, also by a run that this one resumes. */
  readonly step: number;
  /** The parameters as they are now. They are the run's own: read them before the call returns. */
  readonly params: Tree;
  /** Ends training after the step in progress; the result tells the reason. */
  stop(reason: string): void;
}

/** Observes the progress of training; `train` always tells the run. */
export interface Logger {
  /** Training begins, or goes on after `run.step` steps. */
  start?(steps: number, run?: RunView): void;
  step?(report: StepReport, run?: RunView): void;
  evaluation?(step: number, evaluation: Evaluation, run?: RunView): void;
  /** Training has ended, also by an error. */
  close?(): void;
}

/** Takes part in training; what it remembers between steps goes into checkpoints. */
export interface Callback {
  /** Tells it from others in checkpoints. */
  readonly name: string;
  /** As those of a logger. */
  start?(steps: number, run: RunView): void;
  step?(report: StepReport, run: RunView): void;
  evaluation?(step: number, evaluation: Evaluation, run: RunView): void;
  close?(): void;
  /** What it needs to go on where it is. */
  state?(): Json;
  /** Goes on from what `state` gave, before `start`. Throws if it is not such a state. */
  restore?(state: Json): void;
}

type Observer = Logger | Callback;
/** What `train` tells of a run. */
export type Observers = Required<Omit<Callback, 'name' | 'state' | 'restore'>>;

/** Several observers as one. All of them are closed, even if closing one fails. */
export function together(observers: readonly Observer[]): Observers {
  return {
    start: (steps, run) => {
      for (const one of observers) one.start?.(steps, run);
    },
    step: (report, run) => {
      for (const one of observers) one.step?.(report, run);
    },
    evaluation: (step, evaluation, run) => {
      for (const one of observers) one.evaluation?.(step, evaluation, run);
    },
    close: () => closeAll(observers),
  };
}

function closeAll([first, ...rest]: readonly Observer[]): void {
  if (first === undefined) return;
  try {
    first.close?.();
  } finally {
    closeAll(rest);
  }
}
