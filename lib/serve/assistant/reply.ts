import type { RetrievedAnswer } from './past-answers';
import type { SlotValue } from './slots';

/** Why a person takes over. */
export type HandOverReason =
  /** No intent is sure enough, and no past question is alike. */
  | 'not sure'
  /** The intent is one that people answer. */
  | 'by intent'
  /** What was said is not what the slot needs, twice. */
  | 'slot not understood';

/** What an assistant says. */
export type Reply = {
  /** A sure answer; a question for a slot; a past answer to a similar question; or nothing, a person takes over. */
  readonly kind: 'answer' | 'ask' | 'retrieved' | 'hand-over';
  /** What is said to the customer. */
  readonly text: string;
  /** The intent, if one is sure enough. */
  readonly intent: string | null;
  /** The probability of the most probable intent, from 0 to 1; 0 where the question is like none. */
  readonly confidence: number;
  /** The slots of the intent that are known. */
  readonly slots: Readonly<Record<string, SlotValue>>;
  /** The slot that is asked for. */
  readonly asked: string | null;
  /** The past question and its answer, of `retrieved`. */
  readonly source: RetrievedAnswer | null;
  /** Why, of `hand-over`. */
  readonly reason: HandOverReason | null;
};

const NOTHING = {
  intent: null,
  confidence: 0,
  slots: {},
  asked: null,
  source: null,
  reason: null,
} as const;

const HANDED_OVER = 'I pass this on to a colleague, who will answer you.';

export function handOver(reason: HandOverReason, more: Partial<Reply> = {}): Reply {
  return { ...NOTHING, text: HANDED_OVER, ...more, kind: 'hand-over', reason };
}

/** A past answer, which says that it is one. */
export function retrieved(source: RetrievedAnswer, confidence: number): Reply {
  const text = `I am not sure that I understand. To a similar question, “${source.question}”, the answer was: ${source.answer}`;
  return { ...NOTHING, kind: 'retrieved', text, confidence, source };
}

export function answered(more: Partial<Reply> & Pick<Reply, 'text'>): Reply {
  return { ...NOTHING, ...more, kind: 'answer' };
}

export function asking(more: Partial<Reply> & Pick<Reply, 'text' | 'asked'>): Reply {
  return { ...NOTHING, ...more, kind: 'ask' };
}

/** What is forgotten of a person. */
export type Forgotten = {
  readonly corrections: number;
  readonly answers: number;
  readonly sessions: number;
};
