import { main } from '../../examples/opinion-monitoring';

test('tells of the one surge that is there', async () => {
  const lines: string[] = [];
  const { alerts, items, topics } = await main((line) => lines.push(line));
  expect(alerts.map(({ topic }) => topic)).toEqual(['delivery']);
  // The model takes some praise of delivery for complaints: what counts is what is usual for it.
  const [{ share, baseline } = { share: 0, baseline: 0 }] = alerts;
  expect(share - baseline).toBeGreaterThan(0.3);
  expect(items).toBe(2400);
  expect(topics.map(({ topic }) => topic)).toEqual(['app', 'delivery', 'price']);
  expect(lines.at(-1)).toBe('2400 items, 50 came again, 1 alert');
}, 300_000);
