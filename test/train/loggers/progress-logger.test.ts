import { sgd } from '../../../lib/optim';
import { disposeTree, torch } from '../../../lib/torch';
import { type Logger, type ProgressOptions, progressLogger, train } from '../../../lib/train';
import { recordingStream } from '../../helpers/files/streams';
import { noisyLearner, noisyTasks } from '../noisy-tasks';

const learner = noisyLearner();
const start = learner.init(torch.generator(1));
const ESC = '\u001b';
const HIDDEN_CURSOR = `${ESC}[?25l`;
const NO_WRAPPING = `${ESC}[?7l`;

const loss = { mean: 0.2141, halfWidth: 0.0083, count: 600 };

const opened: Logger[] = [];

/** A progress logger that is closed after the test, for a failed one's bar would tick for ever. */
function openLogger(options: ProgressOptions): Logger {
  const logger = progressLogger(options);
  opened.push(logger);
  return logger;
}

afterEach(() => {
  for (const logger of opened.splice(0)) logger.close?.();
});

/** Steps of a loss of 2 and 1 in turn, and an accuracy of one half. */
function feed(logger: Logger, steps: number): void {
  logger.start?.(steps);
  for (let step = 1; step <= steps; step++) {
    logger.step?.({ step, steps, episodes: 8, loss: 1 + (step % 2), accuracy: 0.5 });
  }
}

function trainWith(logger: Logger, episodes: typeof noisyTasks) {
  const optimizer = sgd({ learningRate: 0.01 });
  return train({ learner, params: start, optimizer, episodes, steps: 3, logger });
}

describe('elsewhere than on a terminal', () => {
  test('writes plain lines about steps and evaluations', () => {
    const { stream, text } = recordingStream();
    const logger = openLogger({ label: 'MAML', stream });
    feed(logger, 2);
    logger.evaluation?.(2, { loss, accuracy: { mean: 0.5864, halfWidth: 0.0092, count: 600 } });
    logger.close?.();
    // The second loss is the average of 2 and 1 with weights 0.95 and 1.
    expect(text()).toBe(
      [
        'MAML  1/2  loss 2.000  accuracy 50.0 %',
        'MAML  2/2  loss 1.487  accuracy 50.0 %',
        'MAML  2/2  validation 58.6 ± 0.9 %',
        '',
      ].join('\n'),
    );
  });

  test.each([
    [20, [2, 4, 6, 8, 10, 12, 14, 16, 18, 20]],
    [19, [2, 4, 6, 8, 10, 12, 14, 16, 18, 19]],
    [11, [2, 4, 6, 8, 10, 11]],
    [1, [1]],
  ])('of %i steps tells of at most ten, the last among them', (steps, told) => {
    const { stream, text } = recordingStream();
    feed(openLogger({ label: 'x', stream }), steps);
    expect([...text().matchAll(/^x {2}(\d+)\//gm)].map(([, step]) => Number(step))).toEqual(told);
  });

  test('averages over all steps, also those that it does not tell of', () => {
    const { stream, text } = recordingStream();
    feed(openLogger({ label: 'x', stream }), 20);
    let [sum, weights] = [0, 0];
    for (let step = 1; step <= 20; step++) {
      sum += 0.95 ** (20 - step) * (1 + (step % 2));
      weights += 0.95 ** (20 - step);
    }
    expect(text()).toContain(`20/20  loss ${(sum / weights).toFixed(3)}  `);
  });

  test('writes to standard output, unless told otherwise', () => {
    const write = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
    try {
      const logger = openLogger({ label: 'by default' });
      feed(logger, 1);
      logger.close?.();
      expect(write.mock.calls.map(([text]) => text).join('')).toContain('by default  ');
    } finally {
      write.mockRestore();
    }
  });

  test('shows the loss alone where labels are no classes', () => {
    const { stream, text } = recordingStream();
    const logger = openLogger({ label: 'sines', stream });
    logger.start?.(1);
    logger.step?.({ step: 1, steps: 1, episodes: 8, loss: 2 });
    logger.evaluation?.(1, { loss });
    expect(text()).toBe('sines  1/1  loss 2.000\nsines  1/1  validation loss 0.214 ± 0.008\n');
  });

  test('writes nothing of its own at the end', async () => {
    const { stream, text } = recordingStream();
    const { params } = await trainWith(openLogger({ label: 'x', stream }), noisyTasks);
    disposeTree(params);
    expect(text()).toMatch(/^(x {2}[123]\/3 {2}loss \d+\.\d{3} {2}accuracy \d+\.\d %\n){3}$/);
  });
});

describe('on a terminal', () => {
  test('draws a bar that ends with its last figures and a new line', () => {
    const { stream, text } = recordingStream(200);
    const logger = openLogger({ label: 'MAML', stream });
    feed(logger, 2);
    logger.evaluation?.(2, { loss, accuracy: { mean: 0.5864, halfWidth: 0.0092, count: 600 } });
    logger.close?.();
    expect(text()).toContain('MAML  ░░');
    expect(text()).toMatch(
      /MAML {2}█{40} {2}2\/2 {2}.* loss 1\.487 {2}accuracy 50\.0 % {2}validation 58\.6 ± 0\.9 %/,
    );
    expect(text().endsWith('\n')).toBe(true);
  });

  test('shows the loss alone where labels are no classes', () => {
    const { stream, text } = recordingStream(200);
    const logger = openLogger({ label: 'sines', stream });
    logger.start?.(1);
    logger.step?.({ step: 1, steps: 1, episodes: 8, loss: 2 });
    logger.evaluation?.(1, { loss });
    logger.close?.();
    expect(text()).toMatch(
      / 1\/1 {2}\S+ ep\/s {2}ETA 0s {2}loss 2\.000 {2}validation loss 0\.214 ± 0\.008/,
    );
    expect(text()).not.toMatch(/accuracy|NaN/);
  });

  test('leaves nothing of the terminal to restore, should it be interrupted', () => {
    const { stream, text } = recordingStream(80);
    const logger = openLogger({ label: 'x', stream });
    feed(logger, 1);
    expect(text()).not.toContain(HIDDEN_CURSOR);
    expect(text()).not.toContain(NO_WRAPPING);
    expect(process.listenerCount('SIGINT')).toBe(0);
    logger.close?.();
  });

  test.each([
    [80, 6],
    [120, 16],
    [300, 40],
  ])('on %i columns has a bar of %i', (columns, size) => {
    const { stream, text } = recordingStream(columns);
    const logger = openLogger({ label: 'MAML', stream });
    feed(logger, 1);
    logger.close?.();
    expect(text()).toContain(`MAML  ${'█'.repeat(size)}  1/1`);
  });

  test('shows rate, time left, loss and accuracy on 80 columns, and nothing beyond', () => {
    const { stream, text } = recordingStream(80);
    const logger = openLogger({ label: 'Prototypical', stream });
    feed(logger, 800);
    logger.close?.();
    expect(text()).toMatch(/800\/800 {2}\S+ ep\/s {2}ETA 0s {2}loss 1\.487 {2}accuracy 50\.0 %/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what moves the cursor takes no room
    const lines = text().split(/\r?\n|\u001b\[[\d;?]*[A-Za-z]/);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  test.each([
    [
      100,
      /Networks {2}██████ {2}9\/9 {2}ETA 0s {2}loss 1\.\d{3} {2}accuracy 50\.0 % {2}validation 58\.6 ± 0\.9 %/,
    ],
    [80, /Networks {2}9\/9 {2}ETA 0s {2}accuracy 50\.0 % {2}validation 58\.6 ± 0\.9 %/],
    [60, /Networks {2}9\/9 {2}ETA 0s {2}validation 58\.6 ± 0\.9 %/],
    [34, /9\/9 {2}validation 58\.6 ± 0\.9 %/],
  ])('on %i columns leaves out whole parts, and shows the validation', (columns, shown) => {
    const { stream, text } = recordingStream(columns);
    const logger = openLogger({ label: 'Prototypical Networks', stream });
    feed(logger, 9);
    logger.evaluation?.(9, { loss, accuracy: { mean: 0.5864, halfWidth: 0.0092, count: 600 } });
    logger.close?.();
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what moves the cursor takes no room
    const lines = text().split(/\r?\n|\u001b(?:[78]|\[[\d;?]*[A-Za-z])/);
    expect(lines.filter(Boolean).at(-1)).toMatch(new RegExp(`${shown.source}$`));
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(columns);
  });

  test('writes plain lines where the cursor cannot be moved', () => {
    jest.replaceProperty(process, 'env', { ...process.env, TERM: 'dumb' });
    const { stream, text } = recordingStream(80);
    feed(openLogger({ label: 'MAML', stream }), 1);
    jest.restoreAllMocks();
    expect(text()).toBe('MAML  1/1  loss 2.000  accuracy 50.0 %\n');
  });

  test('ends the bar also when training throws', async () => {
    const { stream, text } = recordingStream(80);
    const logger = openLogger({ label: 'x', stream });
    const episodes = (step: number) => {
      if (step === 1) throw new Error('mine');
      return noisyTasks(step);
    };
    await expect(trainWith(logger, episodes)).rejects.toThrow('mine');
    expect(text()).toContain(' 1/3 ');
    expect(text().endsWith('\n')).toBe(true);
  });

  test('draws nothing before training starts, so that nothing has to end', () => {
    const { stream, text } = recordingStream(80);
    openLogger({ label: 'x', stream });
    expect(text()).toBe('');
  });
});
