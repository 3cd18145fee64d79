import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import {
  Assistant,
  type AssistantDefinition,
  type AssistantOptions,
  createServer,
} from '../../../lib/serve';
import { temporaryFolder } from '../../helpers/folders';
import { sharedPool } from '../../helpers/served';

const pool = sharedPool();
const folder = temporaryFolder();

const DEFINITION: AssistantDefinition = {
  intents: {
    card_lost: {
      examples: ['I lost my card', 'my card is gone', 'someone stole my card'],
      answer: 'Card {card} is blocked.',
      slots: { card: { type: 'pattern', pattern: '\\d{4}', ask: 'Which card?' } },
    },
    top_up: {
      examples: ['how do I add money', 'top up my account', 'put money on my card'],
      answer: 'In the app: Add money.',
    },
    loan: {
      examples: ['I need a loan', 'can I borrow money', 'how much credit do I get'],
      answer: 'A colleague calls you.',
      handOver: true,
    },
  },
  answers: [
    { question: 'when are you open?', answer: 'From 9 to 17.' },
    { question: 'where is your office?', answer: 'Elm Street 5.' },
  ],
};
const open = (options: AssistantOptions = {}) =>
  Assistant.open(DEFINITION, { pool: pool(), threshold: 0.5, head: 'class-mean', ...options });

test('answers once it knows what it needs, and a session keeps that', async () => {
  await using assistant = await open();
  const asked = await assistant.reply('a', 'I have lost my card');
  expect(asked).toMatchObject({
    kind: 'ask',
    text: 'Which card?',
    asked: 'card',
    intent: 'card_lost',
  });
  expect(await assistant.reply('a', 'hm')).toMatchObject({
    text: 'I did not understand that. Which card?',
  });
  const answer = await assistant.reply('a', 'it ends in 4711');
  expect(answer).toMatchObject({
    kind: 'answer',
    text: 'Card 4711 is blocked.',
    slots: { card: '4711' },
  });
  expect(await assistant.reply('a', 'my card is gone')).toMatchObject({
    text: 'Card 4711 is blocked.',
  });
  expect(await assistant.reply('b', 'my card 1234 is gone')).toMatchObject({
    text: 'Card 1234 is blocked.',
  });
});

test('a customer may speak of something else, and is handed over when not understood twice', async () => {
  await using assistant = await open();
  await assistant.reply('a', 'I lost my card');
  expect(await assistant.reply('a', 'top up my account')).toMatchObject({ intent: 'top_up' });
  await assistant.reply('a', 'I lost my card');
  await assistant.reply('a', 'hm');
  const given = await assistant.reply('a', 'hm');
  expect(given).toMatchObject({ kind: 'hand-over', reason: 'slot not understood' });
});

test('looks up past answers and says so; else a person takes over', async () => {
  await using assistant = await open();
  expect(await assistant.reply('a', 'when is it open')).toMatchObject({
    kind: 'retrieved',
    text: expect.stringMatching(/not sure.*“when are you open\?”, the answer was: From 9 to 17\./),
    source: { question: 'when are you open?', similarity: expect.any(Number) },
  });
  expect(await assistant.reply('a', 'my dog ate the sofa')).toMatchObject({
    kind: 'hand-over',
    reason: 'not sure',
  });
  expect(await assistant.reply('a', 'I need a loan')).toMatchObject({
    kind: 'hand-over',
    reason: 'by intent',
    text: 'A colleague calls you.',
  });
  await assistant.answered({ question: 'my dog ate the couch', answer: 'Oh dear.' });
  expect(await assistant.reply('a', 'my dog ate the sofa')).toMatchObject({ kind: 'retrieved' });
});

test('learns from people, for good', async () => {
  const path = join(folder(), 'assistant');
  const assistant = await open({ folder: path });
  await assistant.reply('a', 'will it rain tomorrow', { owner: 'ann' });
  await expect(assistant.correct('a', 'weather')).rejects.toThrow(
    /the name of an intent, or an answer for a new one, for intent/,
  );
  await assistant.correct('a', 'weather', { answer: 'Look out of the window.' });
  await assistant.teach({ text: 'is it going to snow', label: 'weather' });
  const learned = await assistant.reply('b', 'rain or snow?');
  expect(learned).toMatchObject({ kind: 'answer', text: 'Look out of the window.' });
  await expect(open({ folder: path })).rejects.toMatchObject({ code: 'ERR_TORCH_BUSY' });
  await assistant.close();
  appendFileSync(join(path, 'lessons.jsonl'), '{"sum":"torn');
  await using again = await open({ folder: path });
  expect(again.status()).toMatchObject({
    examples: 11,
    intents: expect.arrayContaining(['weather']),
  });
  expect(await again.reply('b', 'rain or snow?')).toMatchObject({ intent: 'weather' });
});

test('forgets a person to the bit, in its file too', async () => {
  const path = join(folder(), 'assistant');
  await using assistant = await open({ folder: path });
  const owner = 'ann';
  await assistant.reply('a', 'Ann Miller wants her credit doubled', { owner });
  await assistant.correct('a', 'loan');
  await assistant.answered({
    question: 'where is Ann Miller?',
    answer: 'On the first floor.',
    owner,
  });
  await assistant.teach({ text: 'lend me something', label: 'loan' });
  expect(readFileSync(join(path, 'lessons.jsonl'), 'utf8')).toContain('Ann Miller');
  expect(await assistant.forget(owner)).toEqual({ corrections: 1, answers: 1, sessions: 1 });
  expect(readFileSync(join(path, 'lessons.jsonl'), 'utf8')).not.toMatch(/ann/iu);
  await using never = await Assistant.open(
    {
      ...DEFINITION,
      intents: {
        ...DEFINITION.intents,
        loan: {
          answer: 'a',
          examples: [...(DEFINITION.intents.loan?.examples ?? []), 'lend me something'],
        },
      },
    },
    { pool: pool(), threshold: 0.5, head: 'class-mean' },
  );
  const texts = ['my card', 'lend me money', 'a doubled credit'];
  expect(assistant.classifier.predictSync(texts)).toEqual(never.classifier.predictSync(texts));
  expect(await assistant.forget(owner)).toEqual({ corrections: 0, answers: 0, sessions: 0 });
});

test.each(['risk', 'delta', 'outOfScopeShare'])('refuses %s beside a threshold', async (name) => {
  await expect(open({ [name]: 0.1 })).rejects.toThrow(
    `Expected none beside a threshold, which it would choose, for ${name} of Assistant.open`,
  );
});

test('without a threshold it promises a risk, or says that it cannot', async () => {
  const warnings = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  await using unsure = await open({ threshold: undefined });
  expect(unsure.status()).toMatchObject({ threshold: null, risk: null });
  expect(String(warnings.mock.calls[0])).toMatch(/at most 10 % of the answers are wrong/);
  warnings.mockRestore();
  expect(await unsure.reply('a', 'I lost my card')).toMatchObject({ kind: 'hand-over' });
  await using lax = await open({ threshold: undefined, risk: 0.7, delta: 0.5 });
  const { threshold, risk } = lax.status();
  expect(threshold).toBe(risk?.threshold);
  expect(risk?.bound).toBeLessThanOrEqual(0.7);
});

test('sessions are bounded, and end', async () => {
  await using assistant = await open({ maxSessions: 2, sessionMinutes: 1 });
  for (const id of ['a', 'b', 'c']) await assistant.reply(id, 'I lost my card 4711');
  expect(assistant.status().sessions).toBe(2);
  await expect(assistant.correct('a', 'loan')).rejects.toThrow(/a session with a question/);
  assistant.end('c');
  expect(assistant.status().sessions).toBe(1);
  const now = Date.now();
  const clock = jest.spyOn(Date, 'now').mockReturnValue(now + 61_000);
  expect(assistant.status().sessions).toBe(0);
  clock.mockRestore();
});

test.each([
  [{ intents: {} }, /Expected at least 2 intents for examples of Assistant.open but received/],
  [{ ...DEFINITION, answers: [{ question: ' ', answer: 'b' }] }, /something in it .*question/],
  [{ intents: { a: { examples: [], answer: 'b' } } }, /an array of at least 1/],
  [
    { intents: 5 },
    /^Expected { intents: { name: { examples, answer } } } for definition: .*intents/,
  ],
])('%j is refused', async (definition, message) => {
  await expect(Assistant.open(Object(definition), { pool: pool() })).rejects.toThrow(message);
});

test('wrong words are refused', async () => {
  await using assistant = await open();
  await expect(assistant.reply('', 'a')).rejects.toThrow(/something in it for session/);
  await expect(assistant.reply('a', ' ')).rejects.toThrow(/something in it for text/);
  await expect(assistant.reply('a', 'b'.repeat(4001))).rejects.toThrow(/at most 4000 characters/);
  await expect(assistant.reply('a', 'b', { owner: '' })).rejects.toThrow(
    /in it for owner of reply/,
  );
  await expect(assistant.answered(Object({ question: 'a' }))).rejects.toThrow(
    /answer.answer of answered/,
  );
});

test('over HTTP', async () => {
  await using assistant = await open();
  const server = createServer<FastifyInstance>({}, { log: 'silent', warmUp: false, assistant });
  const ask = async (method: 'GET' | 'POST' | 'DELETE', url: string, payload?: object) => {
    const response = await server.inject({ method, url, ...(payload && { payload }) });
    return { status: response.statusCode, body: response.json() };
  };
  const said = { session: 's', text: 'I lost card 4711', owner: 'ann' };
  const reply = await ask('POST', '/v1/assistant/replies', said);
  expect(reply.body).toMatchObject({
    kind: 'answer',
    text: 'Card 4711 is blocked.',
    slots: { card: '4711' },
  });
  const correction = { session: 's', intent: 'other', answer: { answer: 'Well.' } };
  const corrected = await ask('POST', '/v1/assistant/corrections', correction);
  expect(corrected.body).toMatchObject({ examples: 10 });
  const wrong = await ask('POST', '/v1/assistant/corrections', { session: 'none', intent: 'loan' });
  expect(wrong.status).toBe(400);
  await ask('POST', '/v1/assistant/answers', { question: 'a b', answer: 'c', owner: 'ann' });
  expect((await ask('GET', '/v1/assistant')).body).toMatchObject({
    pastAnswers: 3,
    threshold: 0.5,
  });
  const forgotten = await ask('DELETE', '/v1/assistant/owners', { owner: 'ann' });
  expect(forgotten.body).toEqual({ corrections: 1, answers: 1, sessions: 1 });
  await server.close();
});
