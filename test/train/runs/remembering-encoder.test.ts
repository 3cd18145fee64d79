import { tensorMatchers } from '../../../lib/testing';
import { TRAINABLE_ENCODERS } from '../../../lib/text/encoders/trainable';
import { mapTree, torch } from '../../../lib/torch';
import { buildEncoder } from '../../../lib/train/registry';
import { configFrom, readConfigFile } from '../../../lib/train/runs/config-file';
import { rememberingEncoder } from '../../../lib/train/runs/remembering-encoder';
import { loadRunData } from '../../../lib/train/runs/run-data';
import { answersOf, testOn } from '../../../lib/train/runs/test-run';
import { trainRun } from '../../../lib/train/runs/train-run';
import { openWorkshop } from '../../../lib/train/runs/workshop';
import { configFile, LEARNER_CONFIGS } from '../../helpers/learners/configs';

expect.extend(tensorMatchers);

const names = [...LEARNER_CONFIGS.keys()];
const TEXTS = ['my card is lost', 'rain', 'my card is lost', 'where is the soup today'];

async function meanEncoder() {
  const config = { dimensions: 8 };
  const check = TRAINABLE_ENCODERS.mean.check(config, 'encoder', 'test');
  return buildEncoder({ kind: 'mean', ...check }, TEXTS);
}

test('texts are encoded once while parameters are the same, and anew with others', async () => {
  const encoder = await meanEncoder();
  const params = encoder.layer.init(torch.generator(1));
  let encoded = 0;
  const counting = {
    ...encoder,
    vectorizer: {
      ...encoder.vectorizer,
      lengths: (texts: readonly string[]) => encoder.vectorizer.lengths(texts),
      vectorize: (texts: readonly string[]) => {
        encoded += texts.length;
        return encoder.vectorizer.vectorize(texts);
      },
    },
  };
  const remembering = rememberingEncoder(counting, params);
  const expected = encoder.layer.apply(
    params,
    mapTree(([x]) => x.unsqueeze(0), encoder.vectorizer.vectorize(TEXTS)),
  );
  const numbers = mapTree(([x]) => x.unsqueeze(0), remembering.vectorizer.vectorize(TEXTS));
  for (let time = 0; time < 2; time++) {
    expect(remembering.layer.apply(params, numbers)).toBeCloseToTensor(expected);
  }
  expect(encoded).toBe(3);

  const others = mapTree(([x]) => x.mul(2), params);
  expect(remembering.layer.apply(others, numbers)).toBeCloseToTensor(
    encoder.layer.apply(
      others,
      mapTree(([x]) => x.unsqueeze(0), encoder.vectorizer.vectorize(TEXTS)),
    ),
  );
  const recorded = mapTree(([x]) => x.detach().requiresGrad_(), params);
  expect(remembering.layer.apply(recorded, numbers).requiresGrad).toBe(true);
});

test.each(names)(
  '%s answers the same, whether texts are encoded once or in every episode',
  async (name) => {
    const config = configFrom([
      readConfigFile(configFile(name)),
      {
        content: { steps: 0, evaluation: { shots: [2], test: 6 }, predictions: true },
        place: () => undefined,
      },
    ]);
    const { data } = config;
    if (data === undefined) throw new Error('Expected data');
    const workshop = await openWorkshop(await loadRunData(data, undefined), config, undefined);
    const built = await trainRun(workshop, 1, {});
    const maker = workshop.test(2);
    if (maker === undefined) throw new Error('Expected classes for the test');
    const [once] = await testOn(workshop, built);
    const plain = await answersOf(maker, built, 6, true);
    expect(once?.queries.map(({ predicted }) => predicted)).toEqual(
      plain.queries.map(({ predicted }) => predicted),
    );
    for (const [i, { probabilities }] of plain.queries.entries()) {
      for (const [label, p] of Object.entries(probabilities)) {
        expect(once?.queries[i]?.probabilities[label]).toBeCloseTo(p, 5);
      }
    }
    workshop.encoder.dispose();
    workshop.dispose();
  },
);

test('validation and test have ways and queries of their own where the config says so', async () => {
  const config = configFrom([
    readConfigFile(configFile('prototypical')),
    { content: { evaluation: { ways: 2, queries: 1 } }, place: () => undefined },
  ]);
  const { data } = config;
  if (data === undefined) throw new Error('Expected data');
  const workshop = await openWorkshop(await loadRunData(data, undefined), config, undefined);
  const shapes = [workshop.training(1), workshop.validation(), workshop.test(2)].map(
    (maker) => maker?.make([0]).query.labels.shape,
  );
  expect(shapes).toEqual([
    [1, 6],
    [1, 2],
    [1, 2],
  ]);
  workshop.encoder.dispose();
  workshop.dispose();
});
