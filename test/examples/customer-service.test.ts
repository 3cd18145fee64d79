import { main } from '../../examples/customer-service';

test('answers, asks, looks up, hands over, learns and forgets', async () => {
  const lines: string[] = [];
  const replies = await main((line) => lines.push(line));
  expect(replies.map(({ kind, intent }) => [kind, intent])).toEqual([
    ['ask', 'card_lost'],
    ['answer', 'card_lost'],
    ['ask', 'transfer_cancel'],
    ['answer', 'transfer_cancel'],
    ['retrieved', null],
    ['hand-over', null],
    ['hand-over', 'loan_apply'],
    ['hand-over', null],
    ['answer', 'emergency'],
  ]);
  expect(replies[3]?.text).toBe('The transfer of 250 euros on 2026-05-01 is cancelled.');
  expect(replies[4]?.source?.answer).toBe('From 9 to 13 o’clock.');
  expect(lines[0]).toMatch(/^It answers from \d+ % on: at most \d+ % are wrong\.$/);
  expect(lines.at(-1)).toBe('Forgotten of fay: 1 correction, 1 session.');
}, 300_000);
