import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { disposeTree } from '../../../lib/torch';
import {
  csvLogger,
  type Evaluation,
  jsonLinesLogger,
  type Logger,
  tensorBoardLogger,
  train,
} from '../../../lib/train';
import { findPythonWith, runPython } from '../../helpers/files/numpy';
import { temporaryFolder } from '../../helpers/folders';
import { cutAt, options } from '../checkpoints/run-state';
import { run, scripted } from '../noisy-training';
import { readEvents } from './read-events';

const folder = temporaryFolder();
const evaluation: Evaluation = {
  loss: { mean: 0.25, halfWidth: 0.5, count: 4 },
  accuracy: { mean: 0.5, halfWidth: 0.125, count: 4 },
};

/** What a logger writes of a step, a step without classes, and evaluations. */
function feed(logger: Logger): void {
  logger.start?.(2);
  logger.step?.({ step: 1, steps: 2, episodes: 8, loss: 1.5, accuracy: 0.25, gradientNorm: 3 });
  logger.evaluation?.(1, evaluation);
  logger.step?.({ step: 2, steps: 2, episodes: 8, loss: Number.NaN });
  logger.evaluation?.(2, { loss: evaluation.loss });
  logger.close?.();
}

const read = (name: string) => readFileSync(join(folder(), name), 'utf8');
const withoutTime = (text: string) => text.replace(/"?\d{4}-\d\d-\d\dT[\d:.]+Z"?/g, 'T');

test('CSV has a row for each step and evaluation', () => {
  feed(csvLogger({ path: join(folder(), 'logs', 'run.csv') }));
  expect(withoutTime(read('logs/run.csv'))).toBe(
    [
      'event,step,loss,lossHalfWidth,accuracy,accuracyHalfWidth,gradientNorm,episodes,time',
      'step,1,1.5,,0.25,,3,8,T',
      'evaluation,1,0.25,0.5,0.5,0.125,,4,T',
      'step,2,NaN,,,,,8,T',
      'evaluation,2,0.25,0.5,,,,4,T',
      '',
    ].join('\n'),
  );
});

test('JSON lines have an object for each step and evaluation, and say NaN', () => {
  feed(jsonLinesLogger({ path: join(folder(), 'run.jsonl') }));
  const lines = read('run.jsonl').trimEnd().split('\n');
  const time = expect.stringMatching(/Z$/);
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    {
      event: 'step',
      step: 1,
      steps: 2,
      episodes: 8,
      loss: 1.5,
      accuracy: 0.25,
      gradientNorm: 3,
      time,
    },
    { event: 'evaluation', step: 1, ...evaluation, time },
    { event: 'step', step: 2, steps: 2, episodes: 8, loss: 'NaN', time },
    { event: 'evaluation', step: 2, loss: evaluation.loss, time },
  ]);
});

test.each<[string, (path: string) => Logger]>([
  ['run.csv', (path) => csvLogger({ path })],
  ['run.jsonl', (path) => jsonLinesLogger({ path })],
])('%s of a run that is resumed has each step once', async (name, logger) => {
  const change = (own: string) => ({ logger: [logger(join(folder(), own))] });
  const whole = await train(options({ folder: join(folder(), 'whole') }, change(`whole-${name}`)));
  const own = { folder: join(folder(), 'own') };
  await cutAt(5, own.folder);
  // As if it had gone on until it was killed in the middle of a line.
  const first = await train(
    options({ folder: join(folder(), 'other') }, { ...change(name), steps: 7 }),
  );
  appendFileSync(join(folder(), name), 'step,8,0.1');
  const resumed = await train(options(own, { ...change(name), resume: true }));
  disposeTree([whole.params, first.params, resumed.params]);
  const lines = (path: string) => withoutTime(read(path)).replaceAll('"steps":7', '"steps":12');
  expect(lines(name)).toBe(lines(`whole-${name}`));
});

test('a log with other content is begun anew', () => {
  writeFileSync(join(folder(), 'run.csv'), 'something else\n');
  feed(csvLogger({ path: join(folder(), 'run.csv') }));
  expect(read('run.csv')).not.toContain('something');
});

test('TensorBoard gets steps, evaluations, parameters and a text', async () => {
  const logger = tensorBoardLogger({ folder: folder(), text: 'about', histograms: true });
  const { params, history } = await run({
    steps: 2,
    logger,
    clipNorm: 1,
    evaluate: scripted([0.5, 0.75]),
    evaluateEvery: 1,
  });
  disposeTree(params);
  const events = readEvents(folder()).slice(1);
  const rest = events.map(({ step, tag }) => `${step} ${tag}`);
  const of = (step: number) =>
    [
      'train/loss',
      'train/accuracy',
      'train/gradientNorm',
      'validation/loss',
      'validation/accuracy',
      'parameters/weight',
    ].map((tag) => `${step} ${tag}`);
  expect(rest).toEqual(['0 run', ...of(1), ...of(2)]);
  expect(events[1]?.scalar).toBe(Math.fround(history.loss[0] ?? 0));
  expect(events.at(-1)?.histogram?.num).toBe(40);
});

// Prints the steps and values of every series of a run, as TensorBoard shows them.
const READER = `
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
run = EventAccumulator(sys.argv[1], size_guidance={'scalars': 0, 'histograms': 0, 'tensors': 0}).Reload()
tags = run.Tags()
print(json.dumps({
    'scalars': {tag: [[e.step, e.value] for e in run.Scalars(tag)] for tag in tags['scalars'] if tag != 'none'},
    'histograms': {tag: [[e.step, e.histogram_value.num] for e in run.Histograms(tag)] for tag in tags['histograms']},
    'texts': {tag: [e.step for e in run.Tensors(tag)] for tag in tags['tensors']},
}))
`;

const python = findPythonWith('tensorboard');

(python ? test : test.skip)(
  `TensorBoard's own reader shows a run that was cut and resumed as one${python ? '' : ' (needs Python with tensorboard)'}`,
  async () => {
    const board = join(folder(), 'board');
    const checkpoints = { folder: join(folder(), 'checkpoints') };
    const logged = (name: string) => ({
      logger: [
        tensorBoardLogger({ folder: board, text: 'about', histograms: true }),
        jsonLinesLogger({ path: join(folder(), name) }),
      ],
    });
    // What it wrote of steps 6 and 7 is taken back by the run that goes on from step 5.
    const first = await train(
      options({ folder: join(folder(), 'other') }, { ...logged('first.jsonl'), steps: 7 }),
    );
    await cutAt(5, checkpoints.folder);
    const second = await train(options(checkpoints, { ...logged('run.jsonl'), resume: true }));
    disposeTree([first.params, second.params]);

    type Line = { event: string; step: number; loss: number | { mean: number } };
    const lines = ['first.jsonl', 'run.jsonl'].flatMap((name): Line[] =>
      read(name)
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line))
        .filter(({ step }) => (name === 'first.jsonl') === step <= 5),
    );
    const losses = (event: string) =>
      lines
        .filter((line) => line.event === event)
        .map(({ step, loss }) => [step, Math.fround(typeof loss === 'number' ? loss : loss.mean)]);
    const { scalars, histograms, texts } = JSON.parse(runPython(python ?? '', READER, [board]));
    expect(losses('step')).toHaveLength(12);
    expect(scalars['train/loss']).toEqual(losses('step'));
    expect(scalars['validation/loss']).toEqual(losses('evaluation'));
    expect(Object.keys(scalars).toSorted()).toEqual([
      'train/accuracy',
      'train/loss',
      'validation/accuracy',
      'validation/loss',
    ]);
    for (const series of Object.values<[number, number][]>(histograms)) {
      expect(series.map(([step]) => step)).toEqual([2, 4, 6, 8, 10, 12]);
    }
    expect(Object.keys(histograms)).not.toEqual([]);
    expect(texts.run).toContain(0);
  },
);

test('options that are none are refused, and nothing is written before training begins', () => {
  expect(() => csvLogger({ path: '' })).toThrow('the name of a file for path of csvLogger');
  expect(() => jsonLinesLogger({ file: 'x' } as never)).toThrow('Unknown option file');
  expect(() => tensorBoardLogger({ folder: 1 } as never)).toThrow('Expected a string for folder');
  csvLogger({ path: join(folder(), 'run.csv') });
  tensorBoardLogger({ folder: join(folder(), 'board') });
  expect(['run.csv', 'board'].map((name) => existsSync(join(folder(), name)))).toEqual([
    false,
    false,
  ]);
});
