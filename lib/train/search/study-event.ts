import {
  finiteNumber,
  notNegative,
  oneOf,
  optional,
  recordOf,
  required,
  stepCount,
  strictVariant,
  string,
} from '../../check';
import { type ParameterValue, parameterValue } from './space';
import type { TrialRecord } from './trial';

const eventCheck = strictVariant('type', {
  /** A trial begins, or begins again after its process died. */
  begin: { trial: required(stepCount), params: required(recordOf<ParameterValue>(parameterValue)) },
  report: { trial: required(stepCount), step: required(stepCount), value: required(finiteNumber) },
  end: {
    trial: required(stepCount),
    state: required(oneOf('completed', 'pruned', 'failed')),
    value: optional(finiteNumber),
    error: optional(string),
    seconds: required(notNegative),
  },
});

/** What happened in a study. */
export type StudyEvent = ReturnType<typeof eventCheck>;

/** The event of a line. @throws ArgumentTypeError or ArgumentRangeError if it is none */
export function readStudyEvent(content: unknown): StudyEvent {
  return eventCheck(content, 'event', 'the study');
}

/** The trials after an event. @throws RangeError for an event of a trial that has not begun or has ended */
export function applyEvent(trials: readonly TrialRecord[], event: StudyEvent): TrialRecord[] {
  const { trial: number } = event;
  const before = trials[number];
  if (event.type === 'begin') {
    if (number > trials.length || (before !== undefined && before.state !== 'running')) {
      throw new RangeError(`Expected trial ${trials.length} or one that runs but found ${number}`);
    }
    const { params } = event;
    return trials.toSpliced(number, 1, { number, params, state: 'running', reports: new Map() });
  }
  if (before?.state !== 'running') {
    throw new RangeError(`Expected a trial that runs but found ${number}`);
  }
  if (event.type === 'report') {
    const reports = new Map(before.reports).set(event.step, event.value);
    return trials.with(number, { ...before, reports });
  }
  const { state, value, error, seconds } = event;
  return trials.with(number, { ...before, state, value, error, seconds });
}
