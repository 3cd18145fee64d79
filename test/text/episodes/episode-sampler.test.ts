import fc from 'fast-check';
import { ArgumentRangeError, ArgumentTypeError } from '../../../lib/errors';
import { datasetFromRows, type TextDataset } from '../../../lib/text/datasets/dataset';
import { EpisodeSampler } from '../../../lib/text/episodes/episode-sampler';
import type { EpisodeSamplerOptions } from '../../../lib/text/episodes/sampler-options';
import { torch } from '../../../lib/torch';

/** Class `c3` of 20 has the texts `c3 0` to `c3 19`, so a text tells its class. */
function makeDataset(sizes: readonly number[]): TextDataset {
  return datasetFromRows(
    sizes.flatMap((size, c) =>
      Array.from({ length: size }, (_, i) => ({ text: `c${c} ${i}`, label: `c${c}` })),
    ),
  );
}

const settings = fc
  .record({
    sizes: fc.array(fc.integer({ min: 8, max: 30 }), { minLength: 2, maxLength: 9 }),
    waysFrom: fc.nat(),
    minShots: fc.integer({ min: 1, max: 3 }),
    spread: fc.nat(2),
    queries: fc.integer({ min: 1, max: 3 }),
    seed: fc.nat(),
    index: fc.nat(),
  })
  .map(({ waysFrom, spread, ...rest }) => ({
    ...rest,
    ways: 2 + (waysFrom % (rest.sizes.length - 1)),
    maxShots: rest.minShots + spread,
  }));

const dataset = makeDataset([20, 25, 30, 20, 22]);
const options = { ways: 3, shots: 4, queries: 6, generator: torch.generator(1) };

describe('an episode', () => {
  test('has distinct classes, and as many texts of each as asked for, never one twice', () => {
    fc.assert(
      fc.property(settings, ({ sizes, ways, minShots, maxShots, queries, seed, index }) => {
        const shots = { minShots, maxShots };
        const generator = torch.generator(seed);
        const sampler = new EpisodeSampler(makeDataset(sizes), { ways, shots, queries, generator });
        const { classes, support, query } = sampler.episode(index);

        expect(classes).toHaveLength(ways);
        expect(new Set(classes).size).toBe(ways);
        const texts = [...support, ...query].map(({ text }) => text);
        expect(new Set(texts).size).toBe(texts.length);
        for (const { text, label } of [...support, ...query]) {
          expect(text.split(' ')[0]).toBe(classes[label]);
        }
        for (let label = 0; label < ways; label++) {
          const count = support.filter((example) => example.label === label).length;
          expect(count).toBeGreaterThanOrEqual(minShots);
          expect(count).toBeLessThanOrEqual(maxShots);
          expect(query.filter((example) => example.label === label)).toHaveLength(queries);
        }
      }),
    );
  });

  test('has its rows in random order: labels tell nothing about places', () => {
    const sampler = new EpisodeSampler(dataset, options);
    const episodes = sampler.episodes(3000);
    for (const [part, each] of [
      ['support', options.shots],
      ['query', options.queries],
    ] as const) {
      const rows = options.ways * each;
      const counts = Array.from({ length: rows }, (_, row) =>
        Array.from(
          { length: options.ways },
          (_, label) => episodes.filter((episode) => episode[part][row]?.label === label).length,
        ),
      );
      // 3,000 draws of one of 3 labels: 1,000 ± 5 standard deviations of 26.
      for (const count of counts.flat()) expect(Math.abs(count - 1000)).toBeLessThan(130);
    }
  });

  test('depends on seed and index alone', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.nat(5), (seed, index, drawn) => {
        const generator = torch.generator(seed);
        torch.rand([drawn], { generator });
        const used = new EpisodeSampler(dataset, { ...options, generator });
        used.episodes(drawn);
        const fresh = new EpisodeSampler(dataset, { ...options, generator: torch.generator(seed) });
        expect(used.episode(index)).toEqual(fresh.episode(index));
      }),
    );
  });

  test('differs between indices and between seeds', () => {
    const one = new EpisodeSampler(dataset, options);
    const other = new EpisodeSampler(dataset, { ...options, generator: torch.generator(2) });
    const drawn = [...one.episodes(100), ...other.episodes(100)];
    expect(new Set(drawn.map((episode) => JSON.stringify(episode))).size).toBe(200);
  });

  // Drawn apart from this code, in Python, by the documented steps: published lists must not change.
  test('stays the same from version to version', () => {
    const generator = torch.generator(2024);
    const nine = makeDataset(new Array<number>(9).fill(50));
    const sampler = new EpisodeSampler(nine, { ways: 3, shots: 1, queries: 1, generator });
    expect(sampler.episode(7)).toEqual({
      classes: ['c4', 'c6', 'c5'],
      support: [
        { text: 'c4 42', label: 0 },
        { text: 'c6 37', label: 1 },
        { text: 'c5 33', label: 2 },
      ],
      query: [
        { text: 'c5 0', label: 2 },
        { text: 'c4 39', label: 0 },
        { text: 'c6 42', label: 1 },
      ],
    });
  });
});

describe('over many episodes', () => {
  const episodes = new EpisodeSampler(dataset, options).episodes(3000);

  test('every class takes every label equally often', () => {
    const counts = new Map<string, number>();
    for (const { classes } of episodes) {
      classes.forEach((name, label) => {
        const place = `${name} ${label}`;
        counts.set(place, (counts.get(place) ?? 0) + 1);
      });
    }
    expect(counts.size).toBe(15);
    // Each of 3,000 episodes gives label 0 to one of 5 classes: 600 ± 5 standard deviations of 22.
    for (const count of counts.values()) expect(Math.abs(count - 600)).toBeLessThan(110);
  });

  test('every text is drawn, for support and for query', () => {
    for (const part of ['support', 'query'] as const) {
      const seen = new Set(episodes.flatMap((episode) => episode[part].map(({ text }) => text)));
      expect(seen.size).toBe(dataset.size);
    }
  });

  test('a range of shots gives each number in it equally often', () => {
    const shots = { minShots: 2, maxShots: 5 };
    const counts = new Map<number, number>();
    for (const { support } of new EpisodeSampler(dataset, { ...options, shots }).episodes(2000)) {
      for (let label = 0; label < 3; label++) {
        const count = support.filter((example) => example.label === label).length;
        counts.set(count, (counts.get(count) ?? 0) + 1);
      }
    }
    expect([...counts.keys()].sort()).toEqual([2, 3, 4, 5]);
    for (const count of counts.values()) expect(Math.abs(count - 1500)).toBeLessThan(170);
  });
});

describe('lists and batches', () => {
  const sampler = new EpisodeSampler(dataset, options);

  test('episodes goes on where it is told to', () => {
    expect([...sampler.episodes(3), ...sampler.episodes(2, 3)]).toEqual(sampler.episodes(5));
    expect(sampler.episodes(0)).toEqual([]);
  });

  test('batches hold consecutive episodes and can start anywhere', () => {
    const batches = sampler.batches(4);
    expect(batches.next().value).toEqual(sampler.episodes(4));
    expect(batches.next().value).toEqual(sampler.episodes(4, 4));
    expect(sampler.batches(4, 7).next().value).toEqual(sampler.episodes(4, 28));
  });

  test('refuse wrong counts at once', () => {
    expect(() => sampler.batches(0)).toThrow('for tasks');
    expect(() => sampler.batches(1, -1)).toThrow('for firstBatch');
    expect(() => sampler.episodes(-1)).toThrow('for count');
    expect(() => sampler.episodes(1, 0.5)).toThrow('for from');
    expect(() => sampler.episode(-1)).toThrow('for index');
  });
});

describe('the constructor', () => {
  test('draws from the given classes only', () => {
    const classes = ['c4', 'c1', 'c0'];
    const sampler = new EpisodeSampler(dataset, { ...options, ways: 2, classes });
    const drawn = new Set(sampler.episodes(50).flatMap((episode) => episode.classes));
    expect([...drawn].sort()).toEqual(['c0', 'c1', 'c4']);
  });

  test('takes a class with exactly the texts it needs', () => {
    const sampler = new EpisodeSampler(makeDataset([10, 10, 10]), options);
    expect(sampler.episode(0).support).toHaveLength(12);
  });

  test('names a class with too few texts, and how many it needs', () => {
    const few = makeDataset([30, 9, 30]);
    expect(() => new EpisodeSampler(few, options)).toThrow(ArgumentRangeError);
    expect(() => new EpisodeSampler(few, options)).toThrow(
      "Expected at least 10 examples (shots and queries) for class 'c1' of 'texts' but received number 9",
    );
    const shots = { minShots: 1, maxShots: 25 };
    expect(
      () => new EpisodeSampler(few, { ...options, ways: 2, classes: ['c0', 'c2'], shots }),
    ).toThrow(
      "at least 31 examples (shots and queries) for each class of 'texts' but received fewer: 'c0' has 30, 'c2' has 30",
    );
  });

  const wrong: [Partial<EpisodeSamplerOptions>, string][] = [
    [{ ways: 1 }, 'for ways'],
    [{ ways: 6 }, 'Expected at least 6 names (ways) for classes but received array of length 5'],
    [{ classes: ['c0', 'c1'] }, 'at least 3 names'],
    [{ classes: ['c0', 'c1', 'c0'] }, "for classes but received string 'c0'"],
    [
      { classes: ['c0', 'c1', 'dogs'] },
      "Expected a class of 'texts' for label but received string 'dogs'",
    ],
    [{ shots: 0 }, 'for shots'],
    [{ shots: { minShots: 0, maxShots: 2 } }, 'for shots.minShots'],
    [
      { shots: { minShots: 3, maxShots: 2 } },
      'Expected an integer of at least 3 for shots.maxShots',
    ],
    [{ queries: 0 }, 'for queries'],
  ];
  test.each(wrong)('refuses %p', (change, named) => {
    expect(() => new EpisodeSampler(dataset, { ...options, ...change })).toThrow(
      ArgumentRangeError,
    );
    expect(() => new EpisodeSampler(dataset, { ...options, ...change })).toThrow(named);
  });

  test.each([
    [{ shots: 'five' }, 'an integer or { minShots, maxShots } for shots'],
    [{ shots: {} }, 'shots.minShots of EpisodeSampler but received undefined'],
    [{ classes: 'c0' }, "Expected an array of strings for classes but received string 'c0'"],
    [{ classes: ['c0', 'c1', 2] }, 'Expected strings for classes but received number 2'],
    [{ generator: 42 }, 'Expected a torch.Generator for generator but received number 42'],
    [{ shot: 1 }, 'EpisodeSampler: Unknown option shot'],
  ])('refuses %p by its type', (change, named) => {
    const make = () => Reflect.construct(EpisodeSampler, [dataset, { ...options, ...change }]);
    expect(make).toThrow(ArgumentTypeError);
    expect(make).toThrow(named);
  });
});
