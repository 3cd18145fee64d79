import fc from 'fast-check';
import type { ClassifiedItem } from '../../../lib/serve/monitor/item';
import {
  MonitorFold,
  type MonitorRules,
  type MonitorState,
  monitorState,
  newMonitorState,
} from '../../../lib/serve/monitor/monitor-state';
import { RandomSource } from '../../../lib/text/random-source';

const RULES: MonitorRules = {
  itemsPerFalseAlarm: 1000,
  baseline: 50,
  lateness: 20,
  bucket: 100,
  remember: 1000,
};

/** A stream in order: quiet, then a surge of one topic. */
function stream(seed: number, count: number, onset: number): ClassifiedItem[] {
  const random = new RandomSource(seed);
  return Array.from({ length: count }, (_, i) => {
    const topic = (['app', 'price', null] as const)[random.int(3)] ?? null;
    const share = topic === 'app' && i >= onset ? 0.9 : 0.1;
    const negative = random.nextFloat() < share;
    return { id: `${i}`, time: i, text: `text ${i}`, topic, negative, score: Number(negative) };
  });
}

function fed(batches: readonly (readonly ClassifiedItem[])[], rules = RULES): MonitorState {
  const fold = new MonitorFold(newMonitorState(), rules);
  for (const items of batches) fold.apply({ type: 'items', items: [...items] });
  fold.apply({ type: 'flush' });
  return fold.state;
}

test('neither the order, as far as items wait for it, nor repetition changes what is counted', () => {
  const items = stream(1, 400, 250);
  const plain = fed([items]);
  expect(plain.alerts.map(({ topic }) => topic)).toEqual(['app']);
  expect(plain.alerts[0]?.since).toBeGreaterThan(220);
  const seeds = fc.integer({ min: 0, max: 2 ** 31 });
  fc.assert(
    fc.property(seeds, fc.integer({ min: 1, max: 60 }), (seed, size) => {
      const random = new RandomSource(seed);
      const arrivals = items
        .flatMap((item) => {
          const again = random.int(5) === 0 ? 2 : 1;
          return Array.from({ length: again }, () => ({ item, at: item.time + random.int(20) }));
        })
        .sort((a, b) => a.at - b.at)
        .map(({ item }) => item);
      const batches = Array.from({ length: Math.ceil(arrivals.length / size) }, (_, i) =>
        arrivals.slice(i * size, (i + 1) * size),
      );
      const { duplicates, ...state } = fed(batches);
      expect(duplicates).toBe(arrivals.length - items.length);
      expect({ ...state, duplicates: 0 }).toEqual(plain);
    }),
    { numRuns: 25 },
  );
});

test('an alert shows the latest negative texts, each once', () => {
  const texts = ['it crashes', 'it is slow', 'it crashes', 'no help', 'it costs', 'it crashes'];
  const items = stream(1, 400, 250).map((item, i) => ({
    ...item,
    text: `${texts[i % texts.length]}`,
  }));
  const [alert] = fed([items]).alerts;
  expect(alert?.texts.length).toBeGreaterThan(1);
  expect(new Set(alert?.texts).size).toBe(alert?.texts.length);
  const last = items.filter(({ topic, negative, time }) => {
    return topic === 'app' && negative && time <= (alert?.time ?? 0);
  });
  expect(alert?.texts.at(-1)).toBe(last.at(-1)?.text);
});

test('what comes when its time is over is late, and counts for nothing', () => {
  const items = stream(2, 100, 100);
  const [first, ...rest] = items;
  const state = fed([rest, first === undefined ? [] : [first]]);
  expect([state.late, state.items]).toEqual([1, 99]);
  // A repetition of what is no longer remembered is late.
  const again = fed([items, items.slice(0, 3)], { ...RULES, remember: 5 });
  expect([again.late, again.duplicates, again.items]).toEqual([3, 0, 100]);
});

test('a state survives being written, and goes on as it would have', () => {
  const items = stream(3, 300, 150);
  const whole = fed([items]);
  const half = new MonitorFold(newMonitorState(), RULES);
  half.apply({ type: 'items', items: items.slice(0, 170) });
  const read = monitorState(JSON.parse(JSON.stringify(half.state)), 'state', 'the test');
  const rest = new MonitorFold(read, RULES);
  rest.apply({ type: 'items', items: items.slice(165) });
  rest.apply({ type: 'flush' });
  expect({ ...rest.state, duplicates: 0 }).toEqual(whole);
  expect(rest.state.duplicates).toBe(5);
});

test('topics may have any name, and a flush of nothing is nothing', () => {
  const state = fed([
    [{ id: 'a', time: 1, text: 'b', topic: '__proto__', negative: true, score: 1 }],
  ]);
  expect(Object.keys(state.topics)).toEqual(['__proto__']);
  expect(fed([])).toEqual(newMonitorState());
});
