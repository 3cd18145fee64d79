import type { Choice, Chosen } from '../kinds';
import { choiceOf } from '../kinds';
import { CLOSED_FORM } from './closed-form';
import { GRADIENT } from './gradient';
import { MEMORY } from './memory';
import { METRIC } from './metric';

/** Every learner that a model can be saved of, by name. */
export const LEARNERS = { ...METRIC, ...GRADIENT, ...CLOSED_FORM, ...MEMORY } as const;

export const learnerChoice = choiceOf(LEARNERS);

export type LearnerConfig = Chosen<typeof LEARNERS>;
export type LearnerInput = Choice<typeof LEARNERS>;
