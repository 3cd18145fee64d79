import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { datasetFromRows } from '../../../lib/text/datasets/dataset';
import { EpisodeSampler } from '../../../lib/text/episodes/episode-sampler';
import { loadEpisodes, saveEpisodes } from '../../../lib/text/episodes/saved-episodes';
import { torch } from '../../../lib/torch';
import { temporaryFolder } from '../../helpers/folders';

const folder = temporaryFolder();
const path = () => join(folder(), 'episodes.json');

const make = (name: string, size = 60) =>
  datasetFromRows(
    Array.from({ length: size }, (_, i) => ({ text: `${name} ${i}`, label: `c${i % 6}` })),
    { name },
  );
const [en, zh] = [make('en'), make('zh')];
const options = { ways: 3, shots: 2, queries: 4, generator: torch.generator(7) };

test('are what was drawn, with seed, settings and version', () => {
  const sampler = new EpisodeSampler(en, options);
  saveEpisodes(path(), sampler, 5, 10);
  const saved = loadEpisodes(path(), en);
  expect(saved.episodes).toEqual(sampler.episodes(5, 10));
  expect(saved).toMatchObject({
    seed: 7n,
    metatorch: expect.stringMatching(/^\d+\.\d+\.\d+/),
    settings: { ways: { minWays: 3, maxWays: 3 }, shots: { minShots: 2, maxShots: 2 }, queries: 4 },
  });
  expect(readFileSync(path(), 'utf8')).not.toContain('en 1');
});

test('may be of several data sets, of groups and of some classes', () => {
  const groups = { a: ['c0', 'c1', 'c2'], b: ['c3', 'c4', 'c5'] };
  const sampler = new EpisodeSampler([en, zh], { ...options, groups });
  saveEpisodes(path(), sampler, 8);
  expect(loadEpisodes(path(), [zh, en]).episodes).toEqual(sampler.episodes(8));
  const some = new EpisodeSampler(en, { ...options, classes: ['c5', 'c0', 'c3'] });
  saveEpisodes(path(), some, 3);
  expect(loadEpisodes(path(), en).episodes).toEqual(some.episodes(3));
});

test('are refused where the file or the texts are others', () => {
  saveEpisodes(path(), new EpisodeSampler(en, options), 2);
  const refused = (message: string | RegExp, dataset = en) => {
    expect(() => loadEpisodes(path(), dataset)).toThrow(message);
    expect(() => loadEpisodes(path(), dataset)).toThrow(
      expect.objectContaining({ code: 'ERR_TORCH_FILE' }),
    );
  };
  refused("expected episodes of 'zh' but found some of 'en'", zh);
  refused(
    "expected episodes of the texts of 'en' but found a sha256 of other texts",
    make('en', 66),
  );
  const text = readFileSync(path(), 'utf8');
  writeFileSync(path(), text.replace('"seed":"7"', '"seed":"8"'));
  refused(/expected the sha256 [0-9a-f]{64} that it names but found [0-9a-f]{64}/);
  writeFileSync(path(), text.replace('"version":1', '"version":2'));
  refused(/expected a list of episodes/);
  writeFileSync(path(), text.slice(0, -10));
  refused('expected JSON');
});

test('refuse wrong arguments', () => {
  const sampler = new EpisodeSampler(en, options);
  expect(() => saveEpisodes(path(), sampler, 0)).toThrow('for count');
  expect(() => Reflect.apply(saveEpisodes, undefined, [path(), {}, 1])).toThrow(
    'an EpisodeSampler',
  );
  expect(() => Reflect.apply(loadEpisodes, undefined, [path(), 3])).toThrow('a dataset');
});
