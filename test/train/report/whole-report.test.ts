import { type ModelCard, modelCard } from '../../../lib/train/report/card';
import { comparePredictions } from '../../../lib/train/report/comparison';
import {
  cardMarkdown,
  comparisonMarkdown,
  reportHtml,
  reportMarkdown,
} from '../../../lib/train/report/render';
import { type Report, report } from '../../../lib/train/report/report';
import { exampleQueries } from './example-queries';

const run = { protocol: { dataset: 'cards', model: 'MAML' }, queries: exampleQueries() };
const made = report(run, { resamples: 5 });
const compared = comparePredictions(run, run, { resamples: 5 });

/** A copy as from a file, without one of its parts. */
function without<T extends object>(whole: T, key: string): T {
  const copy = structuredClone(whole);
  Reflect.deleteProperty(copy, key);
  return copy;
}

const refused = expect.objectContaining({
  code: 'ERR_TORCH_ARGUMENT',
  message: expect.stringMatching(/^Expected a whole metatorch-/),
});

test.each(['counts', 'runs', 'intervals', 'macroF1', 'calibration', 'selective', 'classes'])(
  'a report without %s is refused',
  (key) => {
    const part: Report = without(made, key);
    expect(() => reportMarkdown(part)).toThrow(refused);
    expect(() => reportHtml(part)).toThrow(refused);
  },
);

test('a card of a part, and a part of a card', () => {
  expect(() => modelCard(without(made, 'calibration'))).toThrow(refused);
  const card: ModelCard = without(modelCard(made), 'metrics');
  expect(() => cardMarkdown(card)).toThrow(refused);
});

test('numbers where a card has objects', () => {
  const card = { ...modelCard(made), protocols: new BigInt64Array(2) };
  expect(() => cardMarkdown(card as never)).toThrow(refused);
});

test('a part of a comparison', () => {
  expect(() => comparisonMarkdown(without(compared, 'accuracy'))).toThrow(refused);
});

test('holes and circles come to an end', () => {
  const holes = { ...made, classes: new Array(2 ** 32 - 1) };
  expect(() => reportMarkdown(holes)).toThrow(refused);
  const circle: Record<string, unknown> = { ...made };
  circle.counts = circle;
  expect(() => reportMarkdown(circle as Report)).toThrow(refused);
});

test('something else is refused by its format', () => {
  expect(() => reportMarkdown(compared as never)).toThrow("'metatorch-report'");
  expect(() => cardMarkdown(undefined as never)).toThrow('an object');
});

test('predictions of other protocols are not compared', () => {
  const other = { ...run, protocol: { ...run.protocol, dataset: 'loans' } };
  expect(() => comparePredictions(run, other)).toThrow(
    'Expected the same dataset in the protocols of both models but received "cards" and "loans"',
  );
  const shots = (n: number) => ({ ...run, protocol: { ...run.protocol, shots: n } });
  expect(() => comparePredictions(shots(1), shots(5))).toThrow('the same shots');
  const elsewhere = { ...run, protocol: { ...run.protocol, dataset: '../data/cards' } };
  expect(comparePredictions(run, elsewhere, { resamples: 5 }).queries).toBe(4);
});
