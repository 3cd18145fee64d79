import type { Prediction } from '../prediction';
import { filled, type IntentAnswer } from './definition';
import type { RetrievedAnswer } from './past-answers';
import { answered, asking, handOver, type Reply, retrieved } from './reply';
import type { Session } from './sessions';
import { findSlot, readSlot, type Slot } from './slots';

/** What a reply is made from. */
export type Knowing = {
  readonly prediction: Prediction;
  /** From which probability on an intent is answered; null: never. */
  readonly threshold: number | null;
  readonly intents: ReadonlyMap<string, IntentAnswer>;
  readonly retrieve: (question: string) => Promise<RetrievedAnswer | undefined>;
};

/** A slot is asked for so often before a person takes over. */
const MOST_TIMES = 2;

/** What is said to a customer's words. @param session is changed */
export async function converse(session: Session, text: string, knowing: Knowing): Promise<Reply> {
  const { prediction, threshold, intents } = knowing;
  const sure =
    threshold !== null && prediction.label !== null && prediction.probability >= threshold;
  const label = sure ? prediction.label : null;
  const asked = session.asked && intents.get(session.asked.intent);
  if (session.asked !== undefined && asked !== undefined) {
    const reply = answerToQuestion(session, session.asked, asked, text, label);
    if (reply !== undefined) return reply;
  }
  session.asked = undefined;
  session.question = text;
  const intent = label === null ? undefined : intents.get(label);
  const source = await knowing.retrieve(text);
  // A question that was asked before in nearly these words says more than an intent whose examples are others.
  const likest = prediction.nearest[0]?.similarity ?? -1;
  const isPast = source !== undefined && source.similarity > likest;
  if (label !== null && intent !== undefined && !isPast) {
    const { probability: confidence } = prediction;
    takeSlots(session, intent, text);
    return goOn(session, label, intent, confidence);
  }
  return source === undefined
    ? handOver('not sure', { confidence: prediction.probability })
    : retrieved(source, prediction.probability);
}

/** The reply to the answer to a question for a slot; undefined where the customer speaks of something else. */
function answerToQuestion(
  session: Session,
  asked: { intent: string; slot: string; times: number },
  intent: IntentAnswer,
  text: string,
  label: string | null,
): Reply | undefined {
  const slot = intent.slots?.[asked.slot];
  const found = slot && readSlot(slot, text, Date.now());
  if (found !== undefined) {
    session.slots = { ...session.slots, [asked.slot]: found.value };
    session.asked = undefined;
    takeSlots(session, intent, text.replace(found.part, ' '));
    return goOn(session, asked.intent, intent, 1);
  }
  if (slot === undefined || (label !== null && label !== asked.intent)) return undefined;
  if (asked.times >= MOST_TIMES) {
    session.asked = undefined;
    return handOver('slot not understood', { intent: asked.intent, slots: known(session, intent) });
  }
  session.asked = { ...asked, times: asked.times + 1 };
  const again = `I did not understand that. ${slot.ask}`;
  return asking({
    text: again,
    intent: asked.intent,
    asked: asked.slot,
    slots: known(session, intent),
  });
}

/** Asks for the first slot that is missing, or answers. */
function goOn(session: Session, name: string, intent: IntentAnswer, confidence: number): Reply {
  const slots = known(session, intent);
  const missing = Object.entries(intent.slots ?? {}).find(([slot]) => !Object.hasOwn(slots, slot));
  if (missing !== undefined) {
    const [slot, { ask }] = missing;
    session.asked = { intent: name, slot, times: 1 };
    return asking({ text: ask, intent: name, confidence, slots, asked: slot });
  }
  const text = filled(intent, slots);
  if (intent.handOver === true) {
    return handOver('by intent', { text, intent: name, confidence, slots });
  }
  return answered({ text, intent: name, confidence, slots });
}

/** Takes the slots of an intent that a text has. Where two could mean the same words, they are asked for. */
function takeSlots(session: Session, { slots = {} }: IntentAnswer, text: string): void {
  const kinds = Object.values(slots).map(kindOf);
  const now = Date.now();
  let rest = text;
  // Dates and addresses first: they hold numbers.
  const order = Object.entries(slots).sort(([, a], [, b]) => rankOf(a) - rankOf(b));
  for (const [name, slot] of order) {
    if (kinds.filter((kind) => kind === kindOf(slot)).length > 1) continue;
    const found = findSlot(slot, rest, now);
    if (found === undefined) continue;
    session.slots = { ...session.slots, [name]: found.value };
    rest = rest.replace(found.part, ' ');
  }
}

/** Slots of one kind read the same words. */
const kindOf = (slot: Slot): string =>
  slot.type === 'pattern'
    ? `pattern ${slot.pattern}`
    : slot.type === 'choice'
      ? `choice ${Object.keys(slot.values).join()}`
      : slot.type;

const ORDER: readonly Slot['type'][] = ['date', 'email', 'pattern', 'choice', 'number', 'text'];
const rankOf = ({ type }: Slot): number => ORDER.indexOf(type);

/** The slots of an intent that are known. */
function known({ slots: given }: Session, { slots = {} }: IntentAnswer): Reply['slots'] {
  return Object.fromEntries(
    Object.keys(slots).flatMap((name) => {
      const value = Object.hasOwn(given, name) ? given[name] : undefined;
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
