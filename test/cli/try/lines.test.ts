import { answerLine, percent, secondsSince } from '../../../lib/cli/try/lines';
import type { Prediction } from '../../../lib/serve';

function prediction(more: Partial<Prediction>): Prediction {
  const nearest = [{ text: 'lost my card', label: 'card_lost', similarity: 0.9 }];
  return {
    label: 'card_lost',
    labels: ['card_lost'],
    probability: 0.934,
    probabilities: {},
    unknown: null,
    nearest,
    ...more,
  };
}

test('an answer is one line of at most 80 columns', () => {
  expect(answerLine(prediction({}))).toBe('    card_lost         93 %   like: lost my card');
  const text = 'x'.repeat(200);
  const long = answerLine(prediction({ nearest: [{ text, label: 'a', similarity: 1 }] }));
  expect(long).toHaveLength(80);
  expect(long).toMatch(/x\.\.\.$/);
});

test('what is unknown comes with the reason', () => {
  const line = answerLine(prediction({ label: null, probability: 0, unknown: 'no known token' }));
  expect(line).toBe('    unknown                  no known token');
});

test('figures are in per cent, times in seconds', () => {
  expect(percent({ mean: 0.5126, halfWidth: 0.0104, count: 10 })).toBe('51.3 ± 1.0');
  expect(secondsSince(performance.now() - 1500)).toMatch(/^1\.5 s$/);
});
