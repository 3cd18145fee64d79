import { join } from 'node:path';
import { meta, nn, type Tensor, type Tree, text, torch } from '../../../../lib';
import { TRAINABLE_ENCODERS } from '../../../../lib/text/encoders/trainable';
import { flattenTree, mapTree } from '../../../../lib/torch';
import { expectClose } from '../../../helpers/gradients';
import { asOne, batchOf, expectDirectional, TEXTS, wholeModel } from './samples';

const { pretrained } = TRAINABLE_ENCODERS;
const folder = (name: string) => join(__dirname, '../../../fixtures/encoders', name);
const BERT = folder('bert');

const build = (options: object) =>
  pretrained.build(pretrained.check(options, 'encoder', 'fit'), TEXTS);

const WAYS = [
  { train: 'all' },
  { train: 'layers', layers: 1 },
  { train: 'layers' },
  { train: 'embeddings' },
  { train: 'lora', rank: 2, targets: ['query', 'value', 'output', 'up', 'down'] },
] as const;

/** Parameters a little beside the start, so that no adapter is 0. */
const moved = (params: Tree, seed = 3): Tree => {
  const generator = torch.generator(seed);
  return mapTree(([p]) => p.add(torch.randn(p.shape, { generator }).mul(0.05)), params);
};

describe.each(WAYS)('bert, %j', (options) => {
  test('starts as the encoder itself, whatever the neighbours', async () => {
    const encoder = await build({ encoder: BERT, ...options });
    using frozen = text.loadEncoderSync(BERT);
    const params = encoder.layer.init(torch.generator(1));
    const encode = (own: Tree, texts: readonly string[]) =>
      encoder.layer.apply(own, encoder.vectorizer.vectorize(texts));
    expectClose(encode(params, TEXTS), frozen.encodeSync(TEXTS), 1e-5);
    const other = moved(params);
    const alone = torch.cat(TEXTS.map((one) => encode(other, [one])));
    expectClose(encode(other, TEXTS), alone, 1e-5);
    expectClose(encode(other, [...TEXTS].reverse()).flip([0]), alone, 1e-5);
    encoder.dispose();
  });

  test('parameters of each task give what each gives alone', async () => {
    const encoder = await build({ encoder: BERT, ...options });
    const params = encoder.layer.init(torch.generator(1));
    const own = [1, 2].map((seed) => moved(params, seed)) as [Tree, Tree];
    const both = mapTree(([a, b]) => torch.stack([a, b]), ...own);
    const groups = [TEXTS.slice(0, 3), TEXTS.slice(3)];
    const expected = groups.map((texts, i) =>
      encoder.layer.apply(own[i] ?? own[0], encoder.vectorizer.vectorize(texts)),
    );
    expectClose(encoder.layer.apply(both, batchOf(encoder, groups)), torch.stack(expected), 1e-5);
  });
});

describe.each(WAYS)('meta-gradients of bert, %j', (options) => {
  const labels = (rows: number[][]): Tensor => torch.tensor(rows, { dtype: 'int64' });
  const rows = {
    support: [[TEXTS[0] ?? '', TEXTS[2] ?? '']],
    query: [[TEXTS[3] ?? '', TEXTS[1] ?? '', TEXTS[5] ?? '']],
  };

  test('prototypical and second-order maml agree with central differences', async () => {
    const encoder = await build({ encoder: BERT, ...options });
    const layer = encoder.layer;
    const start = moved(layer.init(torch.generator(1)));
    const make = (inputs: (texts: string[][]) => Tree) => ({
      ways: 2,
      support: { inputs: inputs(rows.support), labels: labels([[0, 1]]) },
      query: { inputs: inputs(rows.query), labels: labels([[1, 0, 1]]) },
    });
    const tokens = make((texts) => batchOf(encoder, texts));
    const prototypical = meta.prototypical({ encoder: layer });
    const check = <P extends Tree, I extends Tree>(
      learner: meta.Learner<P, unknown, I>,
      params: P,
      episodes: meta.Episodes<I>,
    ) => {
      const { gradients } = meta.metaGradient(learner, params, episodes, { training: false });
      const loss = (at: P) => {
        const { logits, labels: y } = meta.queryLogits(learner, at, episodes);
        return Number(nn.crossEntropy(logits, y, { perTask: true }).mean().item());
      };
      // The frozen weights are float32: differences are taken with a larger step, and agree less.
      expectDirectional(loss, params, gradients, { step: 2e-3, relative: 0.02, absolute: 2e-4 });
    };
    check(prototypical, nn.trainable(start), tokens);
    const maml = meta.maml({
      model: wholeModel(encoder, 2),
      innerLearningRate: 0.1,
      innerSteps: 2,
    });
    const [, head] = maml.init(torch.generator(2)).model as [Tree, Tree];
    check(
      maml,
      nn.trainable({ model: [start, head], encoder: {} }) as never,
      make((texts) => asOne(batchOf(encoder, texts)).to('float32')) as never,
    );
  });
});

test('what is trained is among the parameters, and nothing else', async () => {
  const names = async (options: object) => {
    const encoder = await build({ encoder: BERT, ...options });
    const params = encoder.layer.init(torch.generator(1));
    encoder.dispose();
    return Object.keys(flattenTree(params));
  };
  const all = await names({ train: 'all' });
  const embeddings = await names({ train: 'embeddings' });
  const layers = await names({ train: 'layers' });
  const last = await names({ train: 'layers', layers: 1 });
  expect(embeddings).toEqual(all.filter((name) => name.startsWith('embeddings.')));
  expect(layers).toEqual(all.filter((name) => !name.startsWith('embeddings.')));
  expect(last).toEqual(layers.filter((name) => !name.startsWith('layers.0.')));
  expect(last.length).toBeLessThan(layers.length);
  expect(await names({ train: 'lora', rank: 1 })).toEqual(
    ['layers.0', 'layers.1'].flatMap((layer) =>
      ['query.a', 'query.b', 'value.a', 'value.b'].map((own) => `${layer}.${own}`),
    ),
  );
});

test('low-rank adapters are W + (α / r) b a', async () => {
  const targets = ['query', 'key', 'value', 'output', 'up', 'down'];
  const encoder = await build({ encoder: BERT, train: 'lora', rank: 2, alpha: 6, targets });
  const whole = await build({ encoder: BERT });
  const adapters = moved(encoder.layer.init(torch.generator(1)));
  const own = flattenTree(adapters);
  const change = (layer: string, target: string): Tensor => {
    const [a, b] = ['a', 'b'].map((name) => own[`layers.${layer}.${target}.${name}`] as Tensor);
    return (b as Tensor).matmul(a as Tensor).mul(3);
  };
  const merged = mapTree(
    ([weight], path) => {
      const [, layer = '', , name = '', kind] = path.split('.');
      if (kind !== 'weight' || !path.startsWith('layers')) return weight;
      if (name === 'qkv') {
        const parts = ['query', 'key', 'value'].map((part) => change(layer, part));
        return weight.add(torch.cat(parts));
      }
      return targets.includes(name) ? weight.add(change(layer, name)) : weight;
    },
    whole.layer.init(torch.generator(1)),
  );
  const batch = encoder.vectorizer.vectorize(TEXTS);
  expectClose(encoder.layer.apply(adapters, batch), whole.layer.apply(merged, batch), 1e-5);
});

test('frozen parts get no gradient, and training leaves the weights of the encoder', async () => {
  const encoder = await build({ encoder: BERT, train: 'layers', layers: 1 });
  using before = text.loadEncoderSync(BERT);
  const params = nn.trainable(encoder.layer.init(torch.generator(1)));
  const batch = encoder.vectorizer.vectorize(TEXTS);
  const gradients = torch.grad(encoder.layer.apply(params, batch).square().mul(0.3).sum(), params, {
    allowUnused: true,
  });
  expect(Object.keys(flattenTree(gradients))).toEqual(Object.keys(flattenTree(params)));
  torch.noGrad(() => mapTree(([p]) => p.add_(1), params));
  const again = encoder.layer.init(torch.generator(1));
  expectClose(encoder.layer.apply(again, batch), before.encodeSync(TEXTS), 1e-5);
});

test.each(WAYS)(
  'USE-lite, %j: as itself at the start, task by task, with gradients',
  async (own) => {
    const encoder = await build(own);
    using frozen = text.loadEncoderSync();
    const params = encoder.layer.init(torch.generator(1));
    const batch = encoder.vectorizer.vectorize(TEXTS);
    expectClose(encoder.layer.apply(params, batch), frozen.encodeSync(TEXTS), 1e-5);
    const other = moved(params);
    const both = mapTree(([a, b]) => torch.stack([a, b]), params, other);
    const groups = [TEXTS.slice(0, 3), TEXTS.slice(3)];
    const expected = groups.map((texts, i) =>
      encoder.layer.apply([params, other][i] ?? params, encoder.vectorizer.vectorize(texts)),
    );
    const found = encoder.layer.apply(both, batchOf(encoder, groups));
    expectClose(found, torch.stack(expected), 1e-4);
    const at = nn.trainable(other);
    const gradients = torch.grad(encoder.layer.apply(at, batch).select(1, 0).sum(), at);
    const zeros = Object.values(flattenTree(gradients)).filter((g) => Number(g.abs().max()) === 0);
    expect(zeros).toEqual([]);
    expect(encoder.tokens).toBeUndefined();
  },
);

test('goes on from its state, and refuses another encoder in its place', async () => {
  const options = pretrained.check({ encoder: BERT }, 'encoder', 'fit');
  const encoder = await pretrained.build(options, TEXTS);
  const again = await pretrained.restore(options, JSON.parse(JSON.stringify(encoder.state)));
  expect(again.dimensions).toBe(encoder.dimensions);
  const other = pretrained.check({ encoder: folder('roberta') }, 'encoder', 'fit');
  await expect(pretrained.restore(other, encoder.state)).rejects.toThrow(
    /Expected the encoder .*roberta of fingerprint [0-9a-f]+ but found one of/,
  );
});

test('refuses options that are for another way of training', async () => {
  const check = (options: object) => () => pretrained.check(options, 'encoder', 'fit');
  expect(check({ train: 'all', rank: 4 })).toThrow(
    "Expected 'lora' beside rank for encoder.train of fit but received string 'all'",
  );
  expect(check({ layers: 2 })).toThrow(/'layers' beside layers/);
  expect(check({ train: 'lora', targets: ['values'] })).toThrow(/'query' or 'key'/);
  await expect(build({ encoder: BERT, train: 'layers', layers: 9 })).rejects.toThrow(
    /at most 2, or 'all',/,
  );
});

test('refuses parameters of another way of training', async () => {
  const all = await build({ encoder: BERT });
  const some = await build({ encoder: BERT, train: 'layers' });
  const batch = all.vectorizer.vectorize(TEXTS);
  const params = some.layer.init(torch.generator(1));
  expect(() => all.layer.apply(params, batch)).toThrow(/none for embeddings/);
  const more = all.layer.init(torch.generator(1));
  expect(() => some.layer.apply(more, batch)).toThrow(/embeddings.* as well/);
});
