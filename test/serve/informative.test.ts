import { FewShotClassifier } from '../../lib/serve';
import { withSample } from '../../lib/serve/calibration/sample';
import { fitExamples } from '../../lib/serve/fit-examples';
import { indices } from '../../lib/serve/heads/features';
import { informative } from '../../lib/serve/informative';
import { torch } from '../../lib/torch';

/** Two labels along two axes of three. */
function scorer() {
  const x = torch.tensor([
    [1, 0, 0],
    [1, 0, 0],
    [0, 1, 0],
    [0, 1, 0],
  ]);
  const keys = Uint32Array.from([1, 2, 3, 4]);
  const examples = { x, y: indices([0, 0, 1, 1]), labels: 2, ...withSample(keys) };
  return { x: [x], fitted: fitExamples(examples, { head: 'class-mean', falseAlarms: 0.05 }) };
}

test('texts between labels come first, and what is like one that is taken comes late', () => {
  const vectors = torch.tensor([
    [1, 0.6, 0], // sure
    [1, 1, 0], // between
    [1, 1, 0], // the same again
    [0, 0, 1], // of no label
  ]);
  const found = informative(scorer(), vectors, 4);
  expect(found.map(({ text }) => text)).toEqual([3, 1, 0, 2]);
  expect(found[0]?.doubt).toBe(1);
  expect(found.find(({ text }) => text === 0)?.doubt).toBeLessThan(0.5);
});

test('few texts, one after another, and none', () => {
  const vectors = torch.tensor([[1, 1, 0]]);
  expect(informative(scorer(), vectors, 5).map(({ text }) => text)).toEqual([0]);
  expect(informative(scorer(), torch.zeros([0, 3]), 5)).toEqual([]);
});

test('a classifier names texts, each once', async () => {
  await using classifier = await FewShotClassifier.fit({
    card: ['I lost my card', 'my card is gone'],
    money: ['top up my account', 'add money'],
  });
  const texts = ['I lost my card', 'will it rain?', 'will it rain?', 'add my card to the account'];
  const found = await classifier.labelNext(texts, 3);
  expect(found).toHaveLength(3);
  expect(found.at(-1)).toEqual({ text: 'I lost my card', doubt: expect.any(Number) });
  const nothing = ['', ' ', '犬', 'will it rain?'];
  expect((await classifier.labelNext(nothing)).map(({ text }) => text)).toEqual(['will it rain?']);
  expect(await classifier.labelNext([''])).toEqual([]);
  await expect(classifier.labelNext(texts, 0)).rejects.toThrow(/count/);
  const junk: string[] = JSON.parse('[7]');
  await expect(classifier.labelNext(junk)).rejects.toThrow(/texts/);
});
