import { main } from '../../examples/opinion-monitoring';

test('tells of the one surge that is there', async () => {
  const lines: string[] = [];
  const { alerts, items, topics } = await main((line) => lines.push(line));
  expect(alerts.map(({ topic }) => topic)).toEqual(['delivery']);
  expect(alerts[0]?.share).toBeGreaterThan(0.5);
  expect(alerts[0]?.baseline).toBeLessThan(0.4);
  expect(items).toBe(1500);
  expect(topics.map(({ topic }) => topic)).toEqual(['app', 'delivery', 'price']);
  expect(lines.at(-1)).toBe('1500 items, 50 came again, 1 alert');
}, 300_000);
