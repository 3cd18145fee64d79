import fs, {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { FolderLock } from '../../../lib/files/folder-lock';
import { disposeTree, torch } from '../../../lib/torch';
import { readSafetensors, writeSafetensors } from '../../../lib/torch/files/safetensors';
import { type CheckpointOptions, latestCheckpoint, train } from '../../../lib/train';
import { readRunCheckpoint } from '../../../lib/train/checkpoints/checkpoint-file';
import { checkpointPath } from '../../../lib/train/checkpoints/checkpoint-folder';
import { temporaryFolder } from '../../helpers/folders';
import { settledTensors } from '../../helpers/garbage';
import { noisyLearner } from '../noisy-tasks';
import { cutAt, hashAfter, type Options, options, start } from './run-state';

const folder = temporaryFolder();
const warnings: string[] = [];
beforeEach(() => {
  warnings.length = 0;
  jest.spyOn(process, 'emitWarning').mockImplementation((warning) => {
    warnings.push(String(warning));
  });
});
afterEach(() => jest.restoreAllMocks());
const atStart = torch.memory();
afterEach(() => expect(torch.memory()).toEqual(atStart));

const pathAt = (step: number) => checkpointPath(folder(), step);
const names = () => readdirSync(folder()).sort();
const run = (change: Partial<Options> = {}, own: Partial<CheckpointOptions> = {}) =>
  train(options({ folder: folder(), ...own }, change));
const fileError = (message: RegExp) =>
  expect.objectContaining({ code: 'ERR_TORCH_FILE', message: expect.stringMatching(message) });

/** Frees what was read, and gives its step. */
function readStep(): number {
  const found = latestCheckpoint(folder());
  disposeTree([found.params, found.best?.params]);
  return found.step;
}

describe('a damaged checkpoint is refused by name, and the one before serves', () => {
  test.each<[string, (bytes: Buffer) => Buffer]>([
    ['cut short', (bytes) => bytes.subarray(0, bytes.length - 1)],
    ['empty', () => Buffer.alloc(0)],
    ['of zeros', (bytes) => Buffer.alloc(bytes.length)],
    ['with a bit of a tensor turned', (bytes) => turned(bytes, bytes.length - 3)],
    ['with a digit of its description changed', (bytes) => replaced(bytes, '\\"step\\":3', '4')],
    ['with another digest', (bytes) => replaced(bytes, '\\"sha256\\":\\"', 'x')],
    ['of another format', (bytes) => replaced(bytes, 'metatorch-run', 'x')],
  ])('%s', async (_, damage) => {
    const whole = await hashAfter(join(folder(), 'whole'));
    await cutAt(3, folder());
    writeFileSync(pathAt(3), damage(readFileSync(pathAt(3))));
    expect(readStep()).toBe(2);
    expect(warnings).toEqual([expect.stringContaining(pathAt(3))]);
    expect(await hashAfter(folder(), { resume: true })).toBe(whole);
    expect(warnings.slice(1)).toEqual([
      expect.stringMatching(/step-000000003\.safetensors.*It is now .*\.refused; .* from step 2$/s),
    ]);
    expect(names()).toContain('step-000000003.safetensors.refused');
  });

  test('at any length', async () => {
    await cutAt(3, folder());
    const { length } = readFileSync(pathAt(3));
    const tensors = await settledTensors();
    for (let size = length - 1; size >= 0; size -= 97) {
      truncateSync(pathAt(3), size);
      expect(() => readRunCheckpoint(pathAt(3))).toThrow(fileError(/step-000000003/));
    }
    expect(torch.memory().tensors).toBe(tensors);
  });

  test('with any byte changed', async () => {
    await cutAt(3, folder());
    const bytes = readFileSync(pathAt(3));
    for (let at = 0; at < bytes.length; at += 61) {
      writeFileSync(pathAt(3), turned(bytes, at));
      expect(() => readRunCheckpoint(pathAt(3))).toThrow(fileError(/step-000000003/));
    }
  });

  test('all of them: nothing is changed, and all are named', async () => {
    await cutAt(3, folder());
    for (const step of [1, 2, 3]) truncateSync(pathAt(step), 100);
    const before = names();
    for (const resume of [true, 'auto'] as const) {
      await expect(run({ resume })).rejects.toEqual(
        fileError(/all 3 are refused:\n.*step-000000003.*\n.*step-000000002.*\n.*step-000000001/),
      );
    }
    expect(() => latestCheckpoint(folder())).toThrow(/all 3 are refused/);
    expect(names()).toEqual(before);
  });
});

describe('a checkpoint of another run is refused', () => {
  test.each<[string, () => Partial<Options>, Partial<CheckpointOptions>, RegExp]>([
    ['another fingerprint', () => ({}), { fingerprint: 'b' }, /the fingerprint 'b' but found 'a'/],
    [
      'no fingerprint',
      () => ({}),
      { fingerprint: undefined },
      /the fingerprint none but found 'a'/,
    ],
    [
      'another shape',
      () => ({ params: { weight: torch.zeros([5, 10]) } }),
      { fingerprint: 'a' },
      /expected float32 of shape \[5, 10\] for params\.weight but found float32 of shape \[4, 10\]/,
    ],
    [
      'another dtype',
      () => ({ params: { weight: torch.zeros([4, 10], { dtype: 'float64' }) } }),
      { fingerprint: 'a' },
      /expected float64 of shape/,
    ],
    [
      'other parameters',
      () => ({ params: { weight: start.weight.clone(), bias: torch.zeros([4]) } as never }),
      { fingerprint: 'a' },
      /expected the params of this run but found others/,
    ],
  ])('%s', async (_, change, own, message) => {
    const first = await run({ steps: 3 }, { fingerprint: 'a' });
    disposeTree(first.params);
    const changed = change();
    await expect(run({ ...changed, resume: true }, own)).rejects.toEqual(fileError(message));
    disposeTree(changed.params);
    expect(names()).toHaveLength(3);
  });

  test('with the state of another callback', async () => {
    const restore = () => {
      throw new Error('mine');
    };
    const callback = { name: 'own', state: () => 1 };
    await cutAt(3, folder(), { callbacks: [callback] });
    const resumed = run({ resume: true, callbacks: [{ ...callback, restore }] });
    await expect(resumed).rejects.toEqual(
      fileError(/expected a state for the callback own but found mine/),
    );
  });

  test('a model of the same format', async () => {
    await cutAt(3, folder());
    const { tensors } = readSafetensors(pathAt(3));
    writeSafetensors(pathAt(3), tensors, { format: 'metatorch-checkpoint' });
    disposeTree(tensors);
    expect(readStep()).toBe(2);
    expect(warnings[0]).toContain("expected a run's checkpoint, format 'metatorch-run'");
  });
});

test('another number of threads, rule or seed is warned of', async () => {
  await cutAt(3, folder());
  const { params } = await run({
    resume: true,
    clipNorm: 3,
    generator: torch.generator(8),
    evaluateEvery: 3,
  });
  disposeTree(params);
  expect(warnings).toEqual([
    expect.stringMatching(
      /evaluateEvery 2, now 3; clipNorm null, now 3; seeds .*"7".*, now .*"8".*$/,
    ),
  ]);
});

describe('the folder', () => {
  test('keeps the latest, and the one of the best evaluation', async () => {
    let at = 0;
    const evaluate = () => {
      at++;
      return { loss: { mean: at === 2 ? 0 : 1, halfWidth: 0, count: 2 } };
    };
    const { params } = await run({ evaluate }, { keep: 2 });
    disposeTree(params);
    expect(names()).toEqual([4, 11, 12].map((step) => checkpointPath('', step)));
  });

  test('is written to as often as is asked for, and in the end', async () => {
    const { params } = await run({ steps: 8 }, { every: 3, keep: 9 });
    disposeTree(params);
    expect(names()).toEqual([3, 6, 8].map((step) => checkpointPath('', step)));
  });

  test('by default with each evaluation, the last three', async () => {
    const { params } = await run({}, { every: undefined });
    disposeTree(params);
    expect(names()).toEqual([8, 10, 12].map((step) => checkpointPath('', step)));
  });

  test('is made, and a crash leaves nothing there that is not removed', async () => {
    const own = join(folder(), 'a', 'b');
    mkdirSync(own, { recursive: true });
    writeFileSync(join(own, `.metatorch-${'0'.repeat(16)}.tmp`), 'half');
    writeFileSync(join(own, '.metatorch-mine.tmp'), 'whole');
    await cutAt(1, own);
    expect(readdirSync(own).sort()).toEqual(['.metatorch-mine.tmp', checkpointPath('', 1)]);
  });

  test('with checkpoints is refused to a new run', async () => {
    await cutAt(1, folder());
    await expect(run()).rejects.toEqual(
      fileError(/without checkpoints for a new run but .* has some; choose another, or .*resume/),
    );
  });

  test('without checkpoints has nothing to resume, but auto begins', async () => {
    await expect(run({ resume: true })).rejects.toEqual(fileError(/found none; resume: 'auto'/));
    expect(() => latestCheckpoint(folder())).toThrow(fileError(/found none$/));
    const { steps, params } = await run({ resume: 'auto' });
    expect(steps).toBe(12);
    disposeTree(params);
  });

  test('has one run at a time', async () => {
    const lock = new FolderLock(folder());
    await expect(run()).rejects.toMatchObject({ code: 'ERR_TORCH_BUSY' });
    lock.release();
    const { params } = await run();
    disposeTree(params);
    expect(existsSync(join(folder(), 'lock'))).toBe(false);
  });

  test('that is a file is refused', async () => {
    writeFileSync(join(folder(), 'file'), '');
    const own = join(folder(), 'file', 'in');
    await expect(run({}, { folder: own })).rejects.toEqual(fileError(/Cannot make .*file/));
  });

  test('of a signal that is aborted already has the start', async () => {
    const { params, stopped } = await run({ signal: AbortSignal.abort('early') });
    disposeTree(params);
    expect([names(), stopped]).toEqual([[checkpointPath('', 0)], 'early']);
    expect(await hashAfter(folder(), { resume: true })).toBe(
      await hashAfter(join(folder(), 'whole')),
    );
  });
});

test('a full disk ends the run by an error, and what is there already stays', async () => {
  const whole = await hashAfter(join(folder(), 'whole'));
  const own = join(folder(), 'own');
  const logger = {
    step: ({ step }: { step: number }) => {
      if (step !== 4) return;
      jest.spyOn(fs, 'writeSync').mockImplementation(() => {
        throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
      });
    },
  };
  await expect(run({ logger }, { folder: own })).rejects.toEqual(
    fileError(/Cannot write .*step-000000004\.safetensors: ENOSPC/),
  );
  jest.mocked(fs.writeSync).mockRestore();
  expect(readdirSync(own).sort()).toEqual([1, 2, 3].map((step) => checkpointPath('', step)));
  expect(await hashAfter(own, { resume: true })).toBe(whole);
});

test('the same checkpoint is the same file, and Python may read its tensors', async () => {
  await cutAt(3, join(folder(), 'a'));
  await cutAt(3, join(folder(), 'b'));
  const [a, b] = ['a', 'b'].map((name) => checkpointPath(join(folder(), name), 3));
  expect(readFileSync(a ?? '').equals(readFileSync(b ?? ''))).toBe(true);
  copyFileSync(a ?? '', pathAt(3));
  const { tensors } = readSafetensors(pathAt(3));
  expect(Object.keys(tensors)).toEqual(
    expect.arrayContaining(['params.weight', 'optimizer.firstMoment.weight', 'best.weight']),
  );
  disposeTree(tensors);
});

test('options in vain are refused', async () => {
  await expect(
    train({
      ...options({ folder: folder() }),
      learner: noisyLearner(),
      checkpoints: undefined,
      resume: true,
    } as never),
  ).rejects.toThrow('Expected checkpoints for train with resume but received none');
  await expect(run({ evaluate: undefined } as never)).rejects.toThrow(
    'Expected evaluate for train with plateau but received none',
  );
  await expect(run({ resume: 'yes' as never })).rejects.toThrow("true, false or 'auto' for resume");
  await expect(run({}, { folder: '' })).rejects.toThrow(
    'the name of a folder for checkpoints.folder',
  );
  await expect(run({}, { kept: 3 } as never)).rejects.toThrow('but received kept');
});

function turned(bytes: Buffer, at: number): Buffer {
  const changed = Buffer.from(bytes);
  changed.writeUInt8(changed.readUInt8(at) ^ 4, at);
  return changed;
}

/** The character after `text`, or its last, changed. */
function replaced(bytes: Buffer, text: string, by: string): Buffer {
  const at = bytes.indexOf(text);
  expect(at).toBeGreaterThan(0);
  const changed = Buffer.from(bytes);
  changed.write(by, at + text.length - 1);
  return changed;
}
