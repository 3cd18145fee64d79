import { truncateSync } from 'node:fs';
import { join } from 'node:path';
import { ArgumentRangeError, ArgumentTypeError } from '../../../../lib/errors';
import { PhraseTranslator } from '../../../../lib/serve';
import { loadPhrases, type PhrasePair } from '../../../../lib/text';
import { disposeTree, torch } from '../../../../lib/torch';
import { loadCheckpoint, saveCheckpoint } from '../../../../lib/train';
import { temporaryFolder } from '../../../helpers/folders';
import { settledTensors } from '../../../helpers/garbage';

// Two ciphers of the same words: what they have in common is to write the word again, shouted or whispered.
const words = 'abba cabs dab bad cab scab dabs bass'.split(' ');
const texts = words.flatMap((one) => words.slice(0, 2).map((other) => `${one} ${other}`));
const pairsOf = (mark: string): PhrasePair[] =>
  texts.map((source) => ({ source: source + mark, target: source }));
const named = { '!': pairsOf('!'), '?': pairsOf('?') };
const options = { steps: 60, metaSteps: 2, hiddenSize: 12 };

let start: PhraseTranslator;
beforeAll(async () => {
  start = await PhraseTranslator.fit(named, options);
});
afterAll(() => start?.dispose());

test('adapts to examples, and stays as it is', async () => {
  const examples = texts.slice(0, 8).map((source) => ({ source: `${source}#`, target: source }));
  const before = start.perplexity(examples);
  using own = await start.adapt(examples, { steps: 20 });
  expect(own.perplexity(examples)).toBeLessThan(before);
  expect(start.perplexity(examples)).toBeCloseTo(before, 9);
});

test('translates each text, in the order that they came in', async () => {
  const found = await start.translate(['abba bad!', 'cab dab?'], { maxLength: 4 });
  expect(found.map(({ translation }) => translation.length)).toEqual([4, 4]);
  expect(found.map(({ ended }) => ended)).toEqual([false, false]);
  const [alone] = await start.translate(['cab dab?'], { maxLength: 4 });
  expect(alone?.translation).toBe(found[1]?.translation);
  expect(await start.translate([])).toEqual([]);
});

test('names the characters that no pair had', async () => {
  const [found] = await start.translate(['bad ñu'], { beams: 1 });
  expect(found?.unknown).toEqual(['ñ', 'u']);
});

test('names the characters of translations that it cannot write', async () => {
  expect(start.unwritable).toEqual([]);
  const examples = [
    { source: 'abñ', target: 'abñ' },
    { source: 'ab', target: 'ß☺ab☺' },
  ];
  using own = await start.adapt(examples, { steps: 1 });
  expect(own.unwritable).toEqual(['ß', '☺']);
  using further = await own.adapt([{ source: 'ab', target: '☺é' }], { steps: 1 });
  expect(further.unwritable).toEqual(['ß', '☺', 'é']);
});

test('the seed decides', async () => {
  const short = { steps: 2, metaSteps: 1, hiddenSize: 4 };
  const perplexities: number[] = [];
  for (const seed of [1, 1, 2]) {
    using own = await PhraseTranslator.fit(named, { ...short, seed });
    perplexities.push(own.perplexity(named['!']));
  }
  expect(perplexities[0]).toBe(perplexities[1]);
  expect(perplexities[0]).not.toBe(perplexities[2]);
});

test('frees what it holds', async () => {
  const before = await settledTensors();
  {
    using own = await PhraseTranslator.fit(named, { steps: 1, metaSteps: 1, hiddenSize: 2 });
    using adapted = await own.adapt(named['!'].slice(0, 2), { steps: 1 });
    await adapted.translate(['ab']);
    const stop = { signal: AbortSignal.abort('stop') };
    await expect(own.adapt(named['!'], stop)).rejects.toBe('stop');
    await expect(own.translate(['ab'], stop)).rejects.toBe('stop');
  }
  expect(torch.memory().tensors).toBe(before);
});

test('gives up meta-training when it is told to', async () => {
  const before = await settledTensors();
  const controller = new AbortController();
  setTimeout(() => controller.abort('enough'), 1);
  const long = { steps: 1, metaSteps: 10_000, hiddenSize: 2, signal: controller.signal };
  await expect(PhraseTranslator.fit(named, long)).rejects.toBe('enough');
  expect(await settledTensors()).toBe(before);
});

test('refuses what cannot be learned or translated', async () => {
  await expect(PhraseTranslator.fit({})).rejects.toThrow('lists of pairs by their names');
  await expect(PhraseTranslator.fit([] as never)).rejects.toThrow(ArgumentTypeError);
  await expect(PhraseTranslator.fit({ few: named['!'].slice(0, 15) })).rejects.toThrow('pairs.few');
  await expect(start.adapt([])).rejects.toThrow(ArgumentRangeError);
  await expect(start.adapt([{ source: 'a', target: ' ' }])).rejects.toThrow('examples');
  await expect(start.translate('a' as never)).rejects.toThrow(ArgumentTypeError);
  await expect(start.translate(['a', ' '])).rejects.toThrow(
    'texts[1] of PhraseTranslator.translate',
  );
  await expect(start.translate(['a'], { beam: 1 } as never)).rejects.toThrow('beam');
  expect(() => start.perplexity([])).toThrow('pairs of PhraseTranslator.perplexity');
  expect(() => start.perplexity([{ source: 'a', target: ' ' }])).toThrow(ArgumentRangeError);
});

test('a long text lets other work have its turn, and can be stopped', async () => {
  const stop = new AbortController();
  setImmediate(() => setImmediate(() => stop.abort('stop')));
  const long = start.translate(['abba '.repeat(200)], { maxLength: 5000, signal: stop.signal });
  await expect(long).rejects.toBe('stop');
});

describe('saved', () => {
  const folder = temporaryFolder();

  test('translates and adapts as before, to the bit', async () => {
    const examples = [...named['!'].slice(0, 4), { source: 'ab', target: 'ß' }];
    using own = await start.adapt(examples, { steps: 2 });
    const path = join(folder(), 'made', 'here');
    await own.save(path);
    await own.save(path);
    using loaded = await PhraseTranslator.load(path);
    expect(loaded.unwritable).toEqual(['ß']);
    const asked = ['abba bad!', 'cab é?'];
    expect(await loaded.translate(asked)).toEqual(await own.translate(asked));
    const again = await Promise.all([own, loaded].map((one) => one.adapt(examples, { steps: 2 })));
    const [before, after] = again.map((one) => one.perplexity(examples));
    expect(after).toBe(before);
    for (const one of again) one.dispose();
  });

  test('refuses what is no translator, and replaces nothing else', async () => {
    const path = folder();
    await expect(PhraseTranslator.load(path)).rejects.toThrow('expected a saved phrase translator');
    await expect(start.save('')).rejects.toThrow('folder of PhraseTranslator.save');
    saveCheckpoint(path, { params: {}, config: { kind: 'other' } });
    const foreign = {
      code: 'ERR_TORCH_FILE',
      message: expect.stringContaining('phrase-translator'),
    };
    await expect(PhraseTranslator.load(path)).rejects.toMatchObject(foreign);
    await expect(start.save(path)).rejects.toMatchObject(foreign);
  });

  test('refuses a damaged file, and parts that do not fit', async () => {
    const path = folder();
    await start.save(path);
    const { params, config } = loadCheckpoint(path, {
      safeParse: (data) => ({ success: true, data }),
    });
    const other = { ...Object(config), sizes: { dimensions: 48, hiddenSize: 5, dropout: 0.2 } };
    saveCheckpoint(path, { params, config: other });
    disposeTree(params);
    const before = await settledTensors();
    await expect(PhraseTranslator.load(path)).rejects.toMatchObject({ code: 'ERR_TORCH_FILE' });
    expect(torch.memory().tensors).toBe(before);
    await start.save(path);
    truncateSync(join(path, 'model.safetensors'), 100);
    await expect(PhraseTranslator.load(path)).rejects.toMatchObject({ code: 'ERR_TORCH_FILE' });
  });
});

test('answers nothing once disposed of', async () => {
  const own = await PhraseTranslator.fit(named, { steps: 1, metaSteps: 0, hiddenSize: 2 });
  own.dispose();
  await expect(own.translate(['a'])).rejects.toMatchObject({ code: 'ERR_TORCH_DISPOSED' });
  await expect(own.adapt(named['!'])).rejects.toMatchObject({ code: 'ERR_TORCH_DISPOSED' });
});

test('reads phrases of this project', () => {
  const phrases = Object.values(loadPhrases()).flat();
  expect(phrases).toHaveLength(120);
  for (const language of ['en', 'de', 'nl', 'es', 'it', 'sv'] as const) {
    expect(new Set(phrases.map((own) => own[language])).size).toBeGreaterThan(117);
  }
});
