import {
  type Check,
  flag,
  listOf,
  optional,
  recordOf,
  required,
  strictObject,
  string,
} from '../../check';
import { outOfRange } from '../../errors';
import { writtenText } from '../../text/datasets/labeled-text';
import { type Slot, type SlotValue, slotCheck } from './slots';

/** What is answered to an intent. */
export type IntentAnswer = {
  /** The answer; `{name}` stands for a slot. */
  answer: string;
  /** What must be known before it is given, in the order in which it is asked for. */
  slots?: Readonly<Record<string, Slot>> | undefined;
  /** Whether a person takes over then. Default: false. */
  handOver?: boolean | undefined;
};

/** An intent: how people say it, and what is answered. */
export type Intent = IntentAnswer & { examples: readonly string[] };

/** A question that was asked before, and its answer. */
export type PastAnswer = { question: string; answer: string; owner?: string | undefined };

/** What an assistant starts with. */
export type AssistantDefinition = {
  intents: Readonly<Record<string, Intent>>;
  /** Past answers, which are looked up where no intent is sure. */
  answers?: readonly Pick<PastAnswer, 'question' | 'answer'>[] | undefined;
  /** Questions of no intent. They are not learned: they say how often such ones would be answered wrongly. */
  outOfScope?: readonly string[] | undefined;
};

const ANSWER = {
  answer: required(string),
  slots: optional(recordOf(slotCheck)),
  handOver: optional(flag),
};

const bareAnswer = strictObject(ANSWER);
const bareIntent = strictObject({ ...ANSWER, examples: required(listOf(string, 1)) });

/** Returns `value` if it is an answer whose template names its slots alone. */
export const intentAnswer: Check<IntentAnswer> = (value, name, operator) =>
  withSlots(bareAnswer(value, name, operator), name, operator);

const intent: Check<Intent> = (value, name, operator) =>
  withSlots(bareIntent(value, name, operator), name, operator);

const PAST = { question: required(writtenText), answer: required(writtenText) };

export const pastAnswer = strictObject({ ...PAST, owner: optional(writtenText) });

/** Returns `value` if it is a definition. */
export const assistantDefinition: Check<AssistantDefinition> = strictObject({
  intents: required(recordOf(intent)),
  answers: optional(listOf(strictObject(PAST))),
  outOfScope: optional(listOf(string)),
});

const PLACE = /\{(\w+)\}/gu;

function withSlots<T extends IntentAnswer>(given: T, name: string, operator: string): T {
  const slots = Object.keys(given.slots ?? {});
  for (const [, slot = ''] of given.answer.matchAll(PLACE)) {
    if (slots.includes(slot)) continue;
    const expected = slots.length === 0 ? 'no {name} where there are no slots' : slots.join(' or ');
    throw outOfRange(expected, `{${slot}} in ${name}.answer of ${operator}`, slot, operator);
  }
  return given;
}

/** The answer with the values of its slots. What a customer has written is never read as a template. */
export function filled(
  { answer }: IntentAnswer,
  values: Readonly<Record<string, SlotValue>>,
): string {
  return answer.replace(PLACE, (place, name: string) =>
    Object.hasOwn(values, name) ? String(values[name]) : place,
  );
}
