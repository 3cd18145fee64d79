import { type Check, listOf, positiveInteger, strictObject, withDefault } from '../../check';
import { FOLLOW } from '../../meta/gradient/follow-the-meta-leader';
import { type Choice, type Chosen, choiceOf } from './kinds';
import { LEARNERS, type LearnerConfig, type Learners, learnerChoice } from './learners';

const learner = (name: string): LearnerConfig => learnerChoice(name, 'learner', 'the config');

const oneOrMore: Check<LearnerConfig[]> = listOf(learnerChoice, 1);

const rules = {
  online: {
    title: 'Online, follow the meta-leader',
    check: strictObject({
      ...FOLLOW,
      /** Meta-steps of each round. Default: 4. */
      metaSteps: withDefault(positiveInteger, 4),
      /** How many earlier batches are used again in a round. Default: 2. */
      reuse: withDefault(FOLLOW.reuse.check, 2),
      /** The learner. Default: `maml`. */
      learner: withDefault(learnerChoice, learner('maml')),
    }),
  },
  selection: {
    title: 'Selection among learners',
    check: strictObject({
      /** The learners, each trained for the steps of the run. Default: `maml`, `prototypical` and `r2d2`. */
      candidates: withDefault(oneOrMore, ['maml', 'prototypical', 'r2d2'].map(learner)),
    }),
  },
} as const;

type OwnRules = typeof rules;

export interface Rules extends OwnRules {}

/** Ways to train that have learners among their options; what they lead to is a model of one of these. */
export const RULES: Rules = rules;

export interface Trainable extends Learners, Rules {}

/** Whatever a run can train, by name. */
export const TRAINABLE: Trainable = { ...LEARNERS, ...RULES };

export const trainableChoice = choiceOf(TRAINABLE);

export type TrainableConfig = Chosen<Trainable>;
export type TrainableInput = Choice<Trainable>;
