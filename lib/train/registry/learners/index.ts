import type { Choice, Chosen } from '../kinds';
import { choiceOf } from '../kinds';
import { CLOSED_FORM } from './closed-form';
import { GRADIENT } from './gradient';
import { MEMORY } from './memory';
import { METRIC } from './metric';

type Metric = typeof METRIC;
type Gradient = typeof GRADIENT;
type ClosedForm = typeof CLOSED_FORM;
type Memory = typeof MEMORY;

export interface Learners extends Metric, Gradient, ClosedForm, Memory {}

/** Every learner that a model can be saved of, by name. */
export const LEARNERS: Learners = { ...METRIC, ...GRADIENT, ...CLOSED_FORM, ...MEMORY };

export const learnerChoice = choiceOf(LEARNERS);

export type LearnerConfig = Chosen<Learners>;
export type LearnerInput = Choice<Learners>;
