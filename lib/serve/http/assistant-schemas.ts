import { answers, body } from './schemas';

const string = { type: 'string' } as const;
const number = { type: 'number' } as const;
const count = { type: 'integer' } as const;
const maybe = { type: ['string', 'null'] } as const;

const status = {
  type: 'object',
  description: 'What the assistant knows, and from which probability on it answers',
  properties: {
    intents: { type: 'array', items: string },
    examples: count,
    pastAnswers: count,
    sessions: count,
    threshold: { type: ['number', 'null'] },
    risk: {
      type: ['object', 'null'],
      properties: { threshold: number, coverage: number, observed: number, bound: number },
    },
  },
};
const reply = {
  type: 'object',
  description: 'What is said to the customer',
  properties: {
    kind: { enum: ['answer', 'ask', 'retrieved', 'hand-over'] },
    text: string,
    intent: maybe,
    confidence: number,
    slots: { type: 'object', additionalProperties: true },
    asked: maybe,
    source: {
      type: ['object', 'null'],
      properties: { question: string, answer: string, similarity: number },
    },
    reason: maybe,
  },
};

/** What the routes of an assistant take and answer. */
export function assistantSchemas({ maxTextLength }: { maxTextLength: number }) {
  const named = (description: string) =>
    ({ type: 'string', minLength: 1, maxLength: 256, description }) as const;
  const text = { type: 'string', maxLength: maxTextLength, description: 'a text' };
  const session = named('the name of a session');
  const owner = named('whose words these are, a name');
  const intent = named('the name of an intent');
  const tags = ['assistant'];
  return {
    status: { summary: 'What the assistant knows', tags, response: answers({ 200: status }) },
    reply: {
      summary: 'What is said to the next words of a customer',
      tags,
      body: body('an object', { session, text, owner }, { required: ['session', 'text'] }),
      response: answers({ 200: reply }),
    },
    correct: {
      summary: "Learn the right intent of a session's last question; a new one with its answer",
      tags,
      body: body(
        'an object',
        {
          session,
          intent,
          answer: { type: 'object', description: 'an answer { answer, slots, handOver }' },
        },
        { required: ['session', 'intent'] },
      ),
      response: answers({ 200: status }),
    },
    answered: {
      summary: 'Learn what a person has answered to a question',
      tags,
      body: body(
        'an object',
        { question: text, answer: text, owner },
        { required: ['question', 'answer'] },
      ),
      response: answers({ 200: status }),
    },
    forget: {
      summary: 'Forget all that was learned of an owner',
      tags,
      body: body('an object', { owner }, { required: ['owner'] }),
      response: answers({
        200: {
          type: 'object',
          description: 'How much that was',
          properties: { corrections: count, answers: count, sessions: count },
        },
      }),
    },
  };
}
