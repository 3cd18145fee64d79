import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { metrics } from '@opentelemetry/api';
import { datasetFromRows, readDataset } from '../../../lib/text';
import { fitInWorker, fit as fitRun, loadPredictions, report } from '../../../lib/train';
import { temporaryFolder } from '../../helpers/folders';
import { SMALL_RUN } from './small-run';

const folder = temporaryFolder();

/** Texts of four classes in two languages. */
function table(): string {
  const rows = ['card', 'rain', 'bread', 'train'].flatMap((label) =>
    [1, 2, 3, 4].map((i) => `${label} number ${i},${label},${i % 2 === 0 ? 'en' : 'de'}`),
  );
  const path = join(folder(), 'texts.csv');
  writeFileSync(path, `text,label,language\n${rows.join('\n')}\n`);
  return path;
}

test('groups of rows go into predictions, and from there into the report', async () => {
  const out = join(folder(), 'run');
  const data = { source: table(), groups: ['language'] };
  const { model } = await fitRun(undefined, { ...SMALL_RUN, data, out, predictions: true });
  model.dispose();
  const { protocol, queries } = await loadPredictions(join(out, 'predictions-1-shot.jsonl'));
  for (const { text = '', groups } of queries) {
    expect(groups).toEqual({ language: Number(text.at(-1)) % 2 === 0 ? 'en' : 'de' });
  }
  const { groups } = report([{ name: 'a', protocol, queries }], { resamples: 20 });
  expect(groups.map(({ name }) => name)).toEqual(['language']);
  expect(groups[0]?.groups.map(({ value }) => value)).toEqual(['de', 'en']);
  expect(groups[0]?.without).toBe(0);
});

test('groups of a data set go into the predictions of a thread', async () => {
  const out = join(folder(), 'thread');
  const { rows } = await readDataset(table(), { groups: ['language'] });
  const { model } = await fitInWorker(datasetFromRows(rows), {
    ...SMALL_RUN,
    out,
    predictions: true,
  });
  model.dispose();
  const { queries } = await loadPredictions(join(out, 'predictions-1-shot.jsonl'));
  expect(queries.map(({ groups }) => Object.keys(groups ?? {}))).toEqual(
    queries.map(() => ['language']),
  );
});

test('a config tells steps to OpenTelemetry, and to files beside it', async () => {
  const told: [string, unknown][] = [];
  const recorder = (name: string) => {
    const tell = (_: number, attributes: unknown) => told.push([name, attributes]);
    return { record: tell, add: tell };
  };
  const meter = { createGauge: recorder, createCounter: recorder };
  metrics.setGlobalMeterProvider({ getMeter: () => meter as never });
  try {
    const out = join(folder(), 'run');
    mkdirSync(out);
    const loggers = ['opentelemetry', 'jsonl'] as const;
    const config = { ...SMALL_RUN, data: table(), out, loggers: [...loggers], seeds: [7] };
    (await fitRun(undefined, config)).model.dispose();
    const steps = told.filter(([name]) => name === 'metatorch.steps');
    expect(steps).toEqual(
      new Array(2).fill(['metatorch.steps', { learner: 'prototypical', seed: '7' }]),
    );
    expect(readFileSync(join(out, 'logs', 'prototypical-seed-7.jsonl'), 'utf8')).toContain('loss');
    // Without a folder there are no files, but what is told is.
    told.length = 0;
    const { out: _, ...rest } = config;
    (await fitRun(undefined, rest)).model.dispose();
    expect(told).not.toHaveLength(0);
  } finally {
    metrics.disable();
  }
});

test('two runs do not train into one folder at a time', async () => {
  const config = { ...SMALL_RUN, data: table(), out: join(folder(), 'run') };
  const [first, second] = await Promise.allSettled([
    fitRun(undefined, config),
    fitRun(undefined, config),
  ]);
  expect(first.status).toBe('fulfilled');
  expect(second).toMatchObject({ reason: { code: 'ERR_TORCH_BUSY' } });
  if (first.status === 'fulfilled') first.value.model.dispose();
  // The folder is free again.
  (await fitRun(undefined, config)).model.dispose();
  expect(readdirSync(config.out).filter((name) => name.includes('lock'))).toEqual([]);
});

test('a new model leaves no predictions of the one before', async () => {
  const out = join(folder(), 'run');
  const config = { ...SMALL_RUN, data: table(), out };
  const files = () => readdirSync(out).filter((name) => name.startsWith('predictions'));
  const evaluation = { test: 6, shots: [1, 2] };
  (
    await fitRun(undefined, { ...config, evaluation, seeds: [1, 2], predictions: true })
  ).model.dispose();
  expect(files()).toHaveLength(4);
  (await fitRun(undefined, { ...config, predictions: true })).model.dispose();
  expect(files()).toEqual(['predictions-1-shot.jsonl']);
  writeFileSync(join(out, 'predictions-mine.jsonl'), '');
  (await fitRun(undefined, config)).model.dispose();
  expect(files()).toEqual(['predictions-mine.jsonl']);
});
