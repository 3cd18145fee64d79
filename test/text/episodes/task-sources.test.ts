import fc from 'fast-check';
import { ArgumentRangeError, ArgumentTypeError } from '../../../lib/errors';
import { datasetFromRows, type TextDataset } from '../../../lib/text/datasets/dataset';
import { EpisodeSampler } from '../../../lib/text/episodes/episode-sampler';
import type { EpisodeSamplerOptions } from '../../../lib/text/episodes/sampler-options';
import { torch } from '../../../lib/torch';

/** Texts tell data set and class: `en c3 0`. */
function makeDataset(name: string, sizes: readonly number[]): TextDataset {
  const rows = sizes.flatMap((size, c) =>
    Array.from({ length: size }, (_, i) => ({ text: `${name} c${c} ${i}`, label: `c${c}` })),
  );
  return datasetFromRows(rows, { name });
}

const en = makeDataset('en', [10, 10, 10, 10]);
const zh = makeDataset('zh', [30, 30, 30, 30]);
const base = { ways: 2, shots: 2, queries: 3 };
const sampler = (
  dataset: TextDataset | TextDataset[],
  options: Partial<EpisodeSamplerOptions> = {},
) => new EpisodeSampler(dataset, { ...base, generator: torch.generator(3), ...options });

describe('several data sets', () => {
  test('an episode has texts of one of them, each equally often', () => {
    const episodes = sampler([en, zh]).episodes(2000);
    for (const { source, support, query } of episodes) {
      const languages = new Set([...support, ...query].map(({ text }) => text.split(' ')[0]));
      expect([...languages]).toEqual([source]);
    }
    const english = episodes.filter(({ source }) => source === 'en').length;
    // 1,000 ± 5 standard deviations of 22.
    expect(Math.abs(english - 1000)).toBeLessThan(112);
  });

  test('or as often as their sizes say', () => {
    const episodes = sampler([en, zh], { choice: 'proportional' }).episodes(2000);
    const english = episodes.filter(({ source }) => source === 'en').length;
    // A quarter of the texts: 500 ± 5 standard deviations of 19.
    expect(Math.abs(english - 500)).toBeLessThan(97);
  });

  test('one in a list gives what it gives alone', () => {
    expect(sampler([en]).episodes(20)).toEqual(sampler(en).episodes(20));
  });

  test('refuses two of one name, none, and what is not a data set', () => {
    expect(() => sampler([en, makeDataset('en', [9, 9])])).toThrow('the names of the data sets');
    expect(() => sampler([])).toThrow(ArgumentTypeError);
    expect(() =>
      Reflect.construct(EpisodeSampler, [[en, 3], { ...base, generator: torch.generator(1) }]),
    ).toThrow('datasets[1]');
  });
});

describe('groups of classes', () => {
  const groups = { low: ['c0', 'c1'], high: ['c2', 'c3'] };

  test('stay together', () => {
    for (const { source, classes } of sampler(en, { groups }).episodes(200)) {
      const group = source === 'en/low' ? groups.low : groups.high;
      expect([...classes].sort()).toEqual(group);
    }
  });

  test('are cut to the classes asked for', () => {
    const three = { low: ['c0', 'c1', 'c2'] };
    const drawn = sampler(en, { groups: three, classes: ['c0', 'c2', 'c3'] }).episodes(50);
    for (const { classes } of drawn) expect([...classes].sort()).toEqual(['c0', 'c2']);
  });

  test('are refused if they overlap, are too small, unknown or none', () => {
    const refused = (wrong: object, message: string) =>
      expect(() => sampler(en, wrong)).toThrow(message);
    refused(
      { groups: { a: ['c0', 'c1'], b: ['c1', 'c2'] } },
      "Expected distinct strings for groups but received string 'c1'",
    );
    refused(
      { groups, classes: ['c0', 'c1', 'c2'] },
      "Expected at least 2 names (ways) for the classes of the group 'en/high'",
    );
    refused(
      { groups: { a: ['c0', 'dogs'] } },
      "a class of 'en' for label but received string 'dogs'",
    );
    refused({ groups: {} }, 'at least one group');
    refused({ groups: ['c0'] }, 'lists of classes by group');
    refused({ choice: 'random' }, "'uniform' or 'proportional'");
  });
});

describe('a range of ways', () => {
  test('gives each number in it equally often', () => {
    const counts = new Map<number, number>();
    for (const { classes } of sampler(en, { ways: { minWays: 2, maxWays: 4 } }).episodes(1500)) {
      expect(new Set(classes).size).toBe(classes.length);
      counts.set(classes.length, (counts.get(classes.length) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toEqual([2, 3, 4]);
    for (const count of counts.values()) expect(Math.abs(count - 500)).toBeLessThan(92);
  });

  test('is refused where it cannot be', () => {
    expect(() => sampler(en, { ways: { minWays: 1, maxWays: 3 } })).toThrow('for ways.minWays');
    expect(() => sampler(en, { ways: { minWays: 3, maxWays: 2 } })).toThrow('for ways.maxWays');
    expect(() => sampler(en, { ways: { minWays: 2, maxWays: 5 } })).toThrow('at least 5 names');
  });
});

test('episodes are the same for any number of workers', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 7 }), fc.nat(), fc.boolean(), (workers, seed, isMany) => {
      const make = () => sampler(isMany ? [en, zh] : en, { generator: torch.generator(seed) });
      const alone = make().episodes(20);
      const samplers = Array.from({ length: workers }, make);
      // Last first: what a worker has drawn before must not matter.
      for (let i = 19; i >= 0; i--) expect(samplers[i % workers]?.episode(i)).toEqual(alone[i]);
    }),
    { numRuns: 30 },
  );
});

test('rows are the episode as numbers', () => {
  fc.assert(
    fc.property(fc.nat(1e6), fc.boolean(), (index, isMany) => {
      const drawn = sampler(isMany ? [en, zh] : en, { shots: { minShots: 1, maxShots: 3 } });
      const { source, classes, support, query } = drawn.rows(index);
      const episode = drawn.episode(index);
      const names = [...classes].map((number) => drawn.sources[source]?.classes[number]?.label);
      expect(names).toEqual(episode.classes);
      for (const part of [
        { ...support, own: episode.support },
        { ...query, own: episode.query },
      ]) {
        expect([...part.rows].map((row) => drawn.texts[row])).toEqual(
          part.own.map(({ text }) => text),
        );
        expect([...part.labels]).toEqual(part.own.map(({ label }) => label));
      }
      const all = [...support.rows, ...query.rows];
      expect(new Set(all).size).toBe(all.length);
    }),
  );
});

test('two forms of one text are refused, wherever they come from', () => {
  const rows = [
    ...Array.from({ length: 6 }, (_, i) => ({ text: `a ${i}`, label: 'a' })),
    ...Array.from({ length: 6 }, (_, i) => ({ text: `b ${i}`, label: 'b' })),
    { text: 'A  0', label: 'a' },
  ];
  const strict = datasetFromRows(rows, { key: (text) => text });
  expect(() => sampler(strict)).toThrow(ArgumentRangeError);
  expect(() => sampler(strict)).toThrow(
    /unlike string 'a 0', for 'texts' but received string 'A {2}0'/,
  );
  expect(() => sampler(datasetFromRows(rows))).not.toThrow();
});

test.each([
  ['an apostrophe', 'I don\u2019t know', "I don't know"],
  ['a soft hyphen', 'my wea\u00adther', 'my weather'],
  ['a byte order mark', '\ufeffmy account', 'my account'],
  ['a direction mark', 'my card\u200f is gone', 'my card is gone'],
])('texts that differ by %s alone are one, and never in both sets', (_, set, typed) => {
  const others = Array.from({ length: 7 }, (_, i) => ({ text: `b ${i}`, label: 'b' }));
  const own = Array.from({ length: 6 }, (_, i) => ({ text: `a ${i}`, label: 'a' }));
  const rows = [{ text: set, label: 'a' }, ...own, { text: typed, label: 'a' }, ...others];
  expect(() => sampler(datasetFromRows(rows, { key: (text) => text }))).toThrow(ArgumentRangeError);
  const merged = datasetFromRows(rows);
  expect(merged.examples('a')).toHaveLength(7);
  for (const { support, query } of sampler(merged, { shots: 3, queries: 4 }).episodes(50)) {
    const forms = [...support, ...query].filter(({ text }) => text === set || text === typed);
    expect(forms.length).toBeLessThanOrEqual(1);
  }
});
