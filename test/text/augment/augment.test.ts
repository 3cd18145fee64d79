import fc from 'fast-check';
import { ArgumentRangeError, ArgumentTypeError } from '../../../lib/errors';
import { augmentEpisode } from '../../../lib/text/augment/augment-episode';
import {
  type Augmentation,
  randomSpan,
  synonyms,
  wordDropout,
  wordSwap,
} from '../../../lib/text/augment/augmentations';
import { wordNetSynonyms } from '../../../lib/text/augment/wordnet-synonyms';
import { sameText } from '../../../lib/text/datasets/dataset';
import { loadIntents } from '../../../lib/text/datasets/intents';
import { EpisodeSampler } from '../../../lib/text/episodes/episode-sampler';
import { RandomSource } from '../../../lib/text/random-source';
import { torch } from '../../../lib/torch';

const ALL: [string, Augmentation][] = [
  ['wordDropout', wordDropout({ rate: 0.5 })],
  ['wordSwap', wordSwap({ swaps: 2 })],
  ['randomSpan', randomSpan({ keep: 0.5 })],
  ['synonyms', synonyms({ rate: 0.5 })],
];
const words = fc.array(fc.constantFrom('card', 'my', 'big', 'Zürich', '卡'), {
  minLength: 1,
  maxLength: 8,
});

describe.each(ALL)('%s', (name, augment) => {
  test('depends on the random numbers alone, and never empties a text', () => {
    fc.assert(
      fc.property(words, fc.nat(), (list, seed) => {
        const text = list.join(' ');
        const changed = augment(text, new RandomSource(seed));
        expect(augment(text, new RandomSource(seed))).toBe(changed);
        expect(changed.trim()).not.toBe('');
        const given = [...list].sort();
        if (name === 'wordSwap') expect(changed.split(' ').sort()).toEqual(given);
        if (name === 'randomSpan') expect(text).toContain(changed);
        if (name === 'wordDropout')
          for (const word of changed.split(' ')) expect(given).toContain(word);
      }),
    );
  });
});

test('wordDropout leaves out the share of words that it says', () => {
  const text = 'word '.repeat(2000).trim();
  const left = wordDropout({ rate: 0.25 })(text, new RandomSource(1)).split(' ').length;
  // 1,500 ± 5 standard deviations of 19.
  expect(Math.abs(left - 1500)).toBeLessThan(97);
});

test('randomSpan keeps the share of words that it says, rounded up', () => {
  expect(randomSpan({ keep: 0.5 })('a b c d e', new RandomSource(1)).split(' ')).toHaveLength(3);
  expect(randomSpan({ keep: 0 })('a b c', new RandomSource(1)).split(' ')).toHaveLength(1);
  expect(randomSpan()('', new RandomSource(1))).toBe('');
});

test('synonyms are those of the most frequent sense', () => {
  const known = wordNetSynonyms();
  expect(known.get('car')).toEqual(expect.arrayContaining(['auto', 'automobile']));
  expect(known.get('car')).not.toContain('gondola');
  const changed = synonyms({ rate: 0.999 })('the car, now', new RandomSource(1));
  expect(changed).toMatch(/^the (auto|automobile|machine|motorcar),/);
  expect(() => synonyms({ directory: '/none' })).toThrow(
    /Could not read the WordNet file \/none\/data\.noun/,
  );
});

describe('augmentEpisode', () => {
  const generator = torch.generator(5);
  const sampler = new EpisodeSampler(loadIntents(), { ways: 3, shots: 4, queries: 5, generator });
  const augmentations = ALL.map(([, augment]) => augment);

  test('adds to the support set alone, and no text of the episode', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.integer({ min: 1, max: 3 }), (index, copies) => {
        const episode = sampler.episode(index);
        const more = augmentEpisode(episode, index, { augmentations, copies, generator });
        expect(more.query).toBe(episode.query);
        expect(more.classes).toBe(episode.classes);
        expect(more.support).toEqual(expect.arrayContaining(episode.support));
        expect(more.support.length).toBeLessThanOrEqual(12 * (1 + copies));
        const keys = [...more.support, ...more.query].map(({ text }) => sameText(text));
        expect(new Set(keys).size).toBe(keys.length);
        expect(augmentEpisode(episode, index, { augmentations, copies, generator })).toEqual(more);
      }),
      { numRuns: 50 },
    );
  });

  test('never adds a query text', () => {
    const episode = sampler.episode(0);
    const leak: Augmentation = () => episode.query[0]?.text ?? '';
    const same = augmentEpisode(episode, 0, { augmentations: [leak], generator });
    expect(same.support).toHaveLength(12);
    expect(same.support).toEqual(expect.arrayContaining(episode.support));
  });

  test('refuses wrong arguments', () => {
    const episode = sampler.episode(0);
    expect(() => augmentEpisode(episode, -1, { augmentations, generator })).toThrow(
      ArgumentRangeError,
    );
    expect(() => augmentEpisode(episode, 0, { augmentations: [], generator })).toThrow(
      'at least one augmentation',
    );
    expect(() => Reflect.apply(augmentEpisode, undefined, [episode, 0, { augmentations }])).toThrow(
      ArgumentTypeError,
    );
    for (const part of ['support', 'query'] as const) {
      const rows = [...episode[part].slice(1), null];
      const holed = { ...episode, [part]: rows };
      expect(() =>
        Reflect.apply(augmentEpisode, undefined, [holed, 0, { augmentations, generator }]),
      ).toThrow(`Expected a string for ${part}[${rows.length - 1}].text`);
    }
    expect(() => wordDropout({ rate: 1 })).toThrow(ArgumentRangeError);
    expect(() => wordSwap({ swaps: 0 })).toThrow(ArgumentRangeError);
    expect(() => randomSpan({ keep: 2 })).toThrow(ArgumentRangeError);
  });
});
