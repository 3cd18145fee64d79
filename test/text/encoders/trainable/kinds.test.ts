// What every kind of encoder that trains has to do.
import { meta, nn, type Tensor, type Tree, torch } from '../../../../lib';
import { TRAINABLE_ENCODERS } from '../../../../lib/text/encoders/trainable';
import type { TrainableEncoderKind } from '../../../../lib/text/encoders/trainable/trainable-encoder';
import { leaves, mapTree } from '../../../../lib/torch';
import { expectClose, numbers } from '../../../helpers/gradients';
import {
  asOne,
  batchOf,
  doubled,
  expectDirectional,
  KINDS,
  SMALL,
  small,
  start,
  TEXTS,
  wholeModel,
} from './samples';

const labels = (rows: number[][]): Tensor => torch.tensor(rows, { dtype: 'int64' });

const episodes = (inputs: (rows: number[][]) => Tree) => ({
  ways: 2,
  support: {
    inputs: inputs([
      [0, 2],
      [4, 1],
    ]),
    labels: labels([
      [0, 1],
      [1, 0],
    ]),
  },
  query: {
    inputs: inputs([
      [3, 1, 5],
      [5, 3, 0],
    ]),
    labels: labels([
      [1, 0, 1],
      [1, 0, 0],
    ]),
  },
});

describe.each(KINDS)('%s', (name) => {
  test('gives texts vectors of its size, with a task axis', async () => {
    const encoder = await small(name);
    const params = start(encoder);
    const y = encoder.layer.apply(params, encoder.vectorizer.vectorize(TEXTS));
    expect(y.shape).toEqual([TEXTS.length, encoder.dimensions]);
    expect(numbers(y).every(Number.isFinite)).toBe(true);
    const tasks = encoder.layer.apply(
      params,
      batchOf(encoder, [TEXTS.slice(0, 3), TEXTS.slice(3)]),
    );
    expectClose(tasks.flatten(0, 1), y, 1e-5);
  });

  test("a text's vector does not depend on its neighbours, their order and their lengths", async () => {
    const encoder = await small(name);
    const params = doubled(start(encoder));
    const encode = (texts: readonly string[]) =>
      encoder.layer.apply(params, encoder.vectorizer.vectorize(texts));
    const long = new Array<string>(30).fill('card').join(' ');
    const texts = ['', ...TEXTS];
    const alone = torch.cat(texts.map((text) => encode([text])));
    expectClose(encode(texts), alone, 1e-9);
    expectClose(encode([...texts, long]).narrow(0, 0, texts.length), alone, 1e-9);
    expectClose(encode([...texts].reverse()).flip([0]), alone, 1e-9);
  });

  test('parameters of each task give what each gives alone', async () => {
    const encoder = await small(name);
    const own = [1, 2].map((seed) => doubled(start(encoder, seed))) as [Tree, Tree];
    const both = mapTree(([a, b]) => torch.stack([a, b]), ...own);
    const groups = [TEXTS.slice(0, 3), TEXTS.slice(3)];
    const expected = groups.map((texts, i) =>
      encoder.layer.apply(own[i] ?? own[0], encoder.vectorizer.vectorize(texts)),
    );
    expectClose(encoder.layer.apply(both, batchOf(encoder, groups)), torch.stack(expected), 1e-9);
  });

  test('prototypical: the meta-gradient agrees with central differences', async () => {
    const encoder = await small(name);
    const learner = meta.prototypical({ encoder: encoder.layer });
    const batch = episodes((rows) =>
      batchOf(
        encoder,
        rows.map((row) => row.map((i) => TEXTS[i] ?? '')),
      ),
    );
    const params = nn.trainable(doubled(start(encoder)));
    const loss = (at: Tree) => {
      const { logits, labels: y } = meta.queryLogits(learner, at, batch);
      return Number(nn.crossEntropy(logits, y, { perTask: true }).mean().item());
    };
    const { gradients } = meta.metaGradient(learner, params, batch, { training: false });
    expectDirectional((at) => loss(frozenPadding(at, params)), params, gradients);
  });

  test('maml: the second-order meta-gradient of all its parameters agrees with central differences', async () => {
    const encoder = await small(name);
    const model = wholeModel(encoder, 2);
    const learner = meta.maml({ model, innerLearningRate: 0.1, innerSteps: 2 });
    const batch = episodes((rows) =>
      asOne(
        batchOf(
          encoder,
          rows.map((row) => row.map((i) => TEXTS[i] ?? '')),
        ),
      ),
    ) as meta.Episodes<Tensor>;
    const params = nn.trainable(doubled(learner.init(torch.generator(2))));
    const loss = (at: typeof params) => meta.queryLogits(learner, at, batch);
    const { gradients } = meta.metaGradient(learner, params, batch, { training: false });
    expectDirectional(
      (at) => {
        const { logits, labels: y } = loss(frozenPadding(at, params) as typeof params);
        return Number(nn.crossEntropy(logits, y, { perTask: true }).mean().item());
      },
      params,
      gradients,
    );
  });

  test('goes on from its state, and the same seed gives the same start', async () => {
    const encoder = await small(name);
    const kind: TrainableEncoderKind<object> = TRAINABLE_ENCODERS[name];
    const options = kind.check({ ...SMALL[name], dropout: 0 }, 'options', name);
    const again = await kind.restore(options, JSON.parse(JSON.stringify(encoder.state)));
    const params = start(encoder);
    expect(leaves(start(again)).map(numbers)).toEqual(leaves(params).map(numbers));
    const texts = [...TEXTS, 'an unknown word'];
    expectClose(
      again.layer.apply(params, again.vectorizer.vectorize(texts)),
      encoder.layer.apply(params, encoder.vectorizer.vectorize(texts)),
      0,
    );
  });

  test('drops while training, by the generator given', async () => {
    const encoder = await small(name, { dropout: 0.5 });
    const params = start(encoder);
    const batch = encoder.vectorizer.vectorize(TEXTS);
    const drop = (seed: number) =>
      numbers(
        encoder.layer.apply(params, batch, { training: true, generator: torch.generator(seed) }),
      );
    expect(drop(1)).toEqual(drop(1));
    expect(drop(1)).not.toEqual(drop(2));
  });

  test('refuses unknown options and texts that are not', async () => {
    const kind: TrainableEncoderKind<object> = TRAINABLE_ENCODERS[name];
    expect(() => kind.check({ dimension: 5 }, 'encoder', 'fit')).toThrow(/received dimension/);
    expect(() => kind.check({ dimensions: 0 }, 'encoder', 'fit')).toThrow(
      'Expected a positive integer for encoder.dimensions of fit but received number 0',
    );
    expect(kind.check(kind.check({}, 'encoder', 'fit'), 'encoder', 'fit')).toEqual(
      kind.check({}, 'encoder', 'fit'),
    );
  });
});

/** The parameters at hand, with the rows of padding of `others`: these get no gradient by design. */
function frozenPadding(params: Tree, others: Tree): Tree {
  return mapTree(
    ([p, other], path) => {
      if (!/embedding\.weight$/u.test(path)) return p;
      return torch.cat([other.narrow(0, 0, 1).detach(), p.narrow(0, 1, p.size(0) - 1)]);
    },
    params,
    others,
  );
}
