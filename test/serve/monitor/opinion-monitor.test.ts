import { appendFileSync, cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import {
  createServer,
  type MonitorAlert,
  type MonitorItem,
  type MonitorOptions,
  OpinionMonitor,
} from '../../../lib/serve';
import { Journal } from '../../../lib/serve/store/journal';
import { temporaryFolder } from '../../helpers/folders';
import { wordJudge } from '../../helpers/learners/word-judge';

const folder = temporaryFolder();
const place = () => join(folder(), 'monitor');

const topics = wordJudge(['app', 'price']);
const sentiment = wordJudge(['negative', 'positive']);
const open = (options: Partial<MonitorOptions> = {}) =>
  OpinionMonitor.open(place(), { topics, sentiment, ...options });

/** Items a second apart: every fifth is negative, from `onset` on all of them. */
const items = (from: number, to: number, onset = Infinity): MonitorItem[] =>
  Array.from({ length: to - from }, (_, k) => {
    const i = from + k;
    const mood = i % 5 === 0 || i >= onset ? 'negative' : 'positive';
    return { id: `item ${i}`, text: `the app is ${mood}`, time: i * 1000 };
  });

/** What a process that is killed now would leave, opened again. */
async function afterKill(options: Partial<MonitorOptions> = {}): Promise<OpinionMonitor> {
  const copy = join(folder(), 'copy');
  rmSync(copy, { recursive: true, force: true });
  cpSync(place(), copy, { recursive: true });
  rmSync(join(copy, 'lock'));
  return OpinionMonitor.open(copy, { topics, sentiment, ...options });
}

test('tells of a surge once, with what people say, and has it all after a kill', async () => {
  await using monitor = await open();
  const told: MonitorAlert[] = [];
  const stop = monitor.onAlert((alert) => told.push(alert));
  expect(await monitor.push(items(0, 400))).toEqual({
    accepted: 400,
    duplicates: 0,
    late: 0,
    alerts: [],
  });
  const { alerts } = await monitor.push(items(400, 460, 400));
  expect(alerts).toEqual(told);
  stop();
  expect(alerts).toHaveLength(1);
  expect(alerts[0]).toMatchObject({
    number: 1,
    topic: 'app',
    texts: ['the app is negative'],
  });
  expect(alerts[0]?.since).toBeCloseTo(400_000, -4);
  expect(alerts[0]?.time).toBeLessThan(430_000);
  expect(alerts[0]?.baseline).toBeCloseTo(0.2, 1);
  const summary = monitor.summary();
  expect(summary.topics.map(({ topic, status }) => [topic, status])).toEqual([
    ['app', 'surging'],
    ['price', 'learning'],
  ]);
  expect(summary.items + summary.held).toBe(460);
  await using found = await afterKill();
  expect(found.summary()).toEqual(summary);
  expect((await found.push(items(0, 460, 400))).accepted).toBe(0);
});

test('pushes that come together are kept together, each with its own result', async () => {
  await using monitor = await open();
  const [first, same, last] = await Promise.all([
    monitor.push(items(0, 3)),
    monitor.push([...items(2, 5), ...items(4, 5)]),
    monitor.push([{ id: 'none', text: 'nothing of that' }]),
  ]);
  expect([first?.accepted, same?.accepted, same?.duplicates, last?.accepted]).toEqual([3, 2, 2, 1]);
  await monitor.flush();
  expect(monitor.summary()).toMatchObject({ items: 6, withoutTopic: 1, held: 0, duplicates: 2 });
  expect((await monitor.push(items(9, 10))).late).toBe(1);
});

test('a text that is written again under its id counts as it came first', async () => {
  await using monitor = await open();
  await monitor.push([
    { id: 'a', text: 'the app is negative', time: 5 },
    { id: 'a', text: 'the price is positive', time: 5 },
  ]);
  await monitor.flush();
  expect(monitor.summary().topics.map(({ negative }) => negative)).toEqual([1, 0]);
});

test('a journal that has grown becomes a new state; other rules do at once', async () => {
  const monitor = await open();
  await monitor.push(items(0, 300));
  await monitor.close();
  expect(readdirSync(place()).sort()).toEqual(['journal-1.jsonl', 'monitor.json']);
  await using other = await open({ baseline: 60 });
  expect(readdirSync(place()).sort()).toEqual(['journal-2.jsonl', 'lock', 'monitor.json']);
  const bytes = jest.spyOn(Journal.prototype, 'bytes', 'get').mockReturnValueOnce(2 ** 23);
  await other.push(items(300, 310));
  bytes.mockRestore();
  expect(readdirSync(place()).sort()).toEqual(['journal-3.jsonl', 'lock', 'monitor.json']);
  await using found = await afterKill({ baseline: 60 });
  expect(found.summary()).toEqual(other.summary());
});

test('after a write that failed all goes on, and nothing is doubled', async () => {
  await using monitor = await open();
  await monitor.push(items(0, 5));
  const failing = jest.spyOn(Journal.prototype, 'append').mockRejectedValueOnce(new Error('full'));
  await expect(monitor.push(items(5, 9))).rejects.toThrow('full');
  failing.mockRestore();
  expect((await monitor.push(items(0, 9))).accepted).toBe(4);
});

test('damage is told by the name of the file; a torn last line was never accepted', async () => {
  const monitor = await open();
  await monitor.push(items(0, 5));
  await monitor.close();
  const journal = join(place(), 'journal-1.jsonl');
  const before = readFileSync(journal);
  appendFileSync(journal, '{"sum":"torn');
  await (await open()).close();
  expect(readFileSync(journal)).toEqual(before);
  writeFileSync(journal, before.toString().replace('negative', 'positive'));
  await expect(open()).rejects.toThrow(/journal-1.jsonl: .* found a damaged line/);
  writeFileSync(join(place(), 'monitor.json'), '{}');
  await expect(open()).rejects.toMatchObject({ code: 'ERR_TORCH_FILE' });
  rmSync(join(place(), 'monitor.json'));
  writeFileSync(join(place(), 'mine.txt'), '');
  await expect(open()).rejects.toThrow(/but found mine.txt/);
});

test.each<[unknown, RegExp]>([
  [[{ id: 'a' }], /Expected a string for items\[0\].text of push/],
  [[{ id: '', text: 'b' }], /Expected 1 to 256 characters for items\[0\].id of push/],
  [[{ id: 'a', text: 'b', when: 5 }], /Expected only id, text, time in items\[0\]/],
  [[{ id: 'a', text: 'b', time: '1 May' }], /Expected milliseconds since 1970, or a date/],
  [[{ id: 'a', text: 'b', time: '2026-05-01T12:00:00' }], /or a date as 2026-05-01T12:00:00Z/],
  [[{ id: 'a', text: 'b', time: Date.now() + 1e7 }], /Expected a time at most an hour from now/],
  [[{ id: 'a', text: 'b', time: Number.NaN }], /Expected milliseconds since 1970/],
  ['a', /Expected an array of values for items of push/],
])('%j is refused, and nothing is taken', async (given, message) => {
  await using monitor = await open();
  await expect(monitor.push(Object(given))).rejects.toThrow(message);
  expect(monitor.summary()).toMatchObject({ items: 0, held: 0 });
});

test('wrong options, a folder in use and a closed monitor are refused', async () => {
  await expect(open({ negative: 'bad' })).rejects.toThrow(
    /^Expected a label of sentiment, .*negative.*, for negative of OpinionMonitor.open but received string 'bad'$/,
  );
  await expect(open({ itemsPerFalseAlarm: 5 })).rejects.toThrow(/a number from 100 to 1e9/);
  await expect(open({ topics: Object(5) })).rejects.toThrow(/a classifier \{ predict \}/);
  const monitor = await open();
  expect(() => monitor.onAlert(Object('tell me'))).toThrow(
    'Expected a function for listener of onAlert but received String',
  );
  await expect(open()).rejects.toMatchObject({ code: 'ERR_TORCH_BUSY' });
  await monitor.close();
  await expect(monitor.push([])).rejects.toMatchObject({ code: 'ERR_TORCH_DISPOSED' });
});

test('a classifier with probabilities that are none is refused, and nothing is taken', async () => {
  const strange = {
    ...sentiment,
    predict: async (texts: readonly string[]) =>
      (await sentiment.predict(texts)).map((one) => ({ ...one, probabilities: { negative: 1.5 } })),
  };
  await using monitor = await open({ sentiment: strange });
  await expect(monitor.push(items(0, 3))).rejects.toThrow(
    'Expected a number in [0, 1] for probability of negative of push but received number 1.5',
  );
  expect(monitor.summary()).toMatchObject({ items: 0, held: 0 });
});

test('refuses options in another place', async () => {
  const open = OpinionMonitor.open as (...args: unknown[]) => Promise<OpinionMonitor>;
  await expect(open(place(), { topics, sentiment }, { lateness: 5 })).rejects.toThrow(
    /^Expected no more arguments for OpinionMonitor.open/,
  );
});

test('a queue that is full refuses more', async () => {
  await using monitor = await open({ maxQueue: 5 });
  const first = monitor.push(items(0, 4));
  await expect(monitor.push(items(4, 8))).rejects.toMatchObject({ code: 'ERR_TORCH_BUSY' });
  expect((await first).accepted).toBe(4);
});

describe('over HTTP', () => {
  let server: FastifyInstance;
  let monitor: OpinionMonitor;
  beforeEach(async () => {
    monitor = await open();
    const tokens = { monitor: 'a-long-token-of-it', other: 'a-long-token-of-another' };
    server = createServer({}, { log: 'silent', warmUp: false, monitor, tokens });
  });
  afterEach(async () => {
    await server.close();
    await monitor.close();
  });
  const headers = { authorization: 'Bearer a-long-token-of-it' };

  test('takes items, and shows what it has seen', async () => {
    const push = (payload: object) =>
      server.inject({ method: 'POST', url: '/v1/monitor/items', payload, headers });
    const answer = await push({ items: items(0, 5) });
    expect(answer.json()).toEqual({ accepted: 5, duplicates: 0, late: 0, alerts: [] });
    const shown = await server.inject({ url: '/v1/monitor', headers });
    expect(shown.json()).toEqual(JSON.parse(JSON.stringify(monitor.summary())));
    const wrong = await push({ items: [{ id: 'a' }] });
    expect([wrong.statusCode, wrong.json().message]).toEqual([
      400,
      'Expected a text for items[0].text but received undefined',
    ]);
  });

  test('other tokens do not open it; the page needs none', async () => {
    const foreign = { authorization: 'Bearer a-long-token-of-another' };
    expect((await server.inject({ url: '/v1/monitor', headers: foreign })).statusCode).toBe(403);
    expect((await server.inject({ url: '/v1/monitor' })).statusCode).toBe(401);
    const page = await server.inject({ url: '/monitor' });
    expect([page.statusCode, page.headers['content-type']]).toEqual([
      200,
      'text/html; charset=utf-8',
    ]);
  });
});
