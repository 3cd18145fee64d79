import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BertParams, expandTasks, trainable } from '../../../../lib/nn';
import { loadHuggingFace } from '../../../../lib/text/encoders/hugging-face';
import { readModelConfig } from '../../../../lib/text/encoders/hugging-face/model-config';
import { readParams } from '../../../../lib/text/encoders/hugging-face/read-params';
import { readSentenceModules } from '../../../../lib/text/encoders/hugging-face/sentence-modules';
import {
  flattenTree,
  leaves,
  mapTree,
  readSafetensors,
  type Tensor,
  type Tree,
  torch,
} from '../../../../lib/torch';

type Expected = { texts: string[]; ids: number[][]; vectors: number[][] };

const FOLDERS = join(__dirname, '../../../fixtures/encoders');

/** What the numbers of PyTorch and ours may differ by, of values of about 1. */
const CLOSE = 1e-5;

const far = (found: Tensor, expected: Tensor): number =>
  Number(found.sub(expected).abs().div(expected.abs().clampMin(1)).max().item());

/** The gradients that PyTorch has found, in the tree of our parameters. */
function expectedGradients(folder: string): BertParams {
  const path = join(folder, 'gradients.safetensors');
  const { type, options } = readModelConfig(folder);
  const modules = readSentenceModules(folder);
  const own = readParams([path], type, options, { ...modules, projections: [] });
  if (modules.projections.length === 0) return own;
  const { tensors } = readSafetensors(join(folder, '2_Dense', 'gradients.safetensors'));
  const { 'linear.weight': weight, 'linear.bias': bias } = tensors;
  if (weight === undefined || bias === undefined) throw new Error('Expected gradients of 2_Dense');
  return { ...own, projections: [{ weight, bias }] };
}

const lossOf = (vectors: Tensor): Tensor =>
  vectors.mul(torch.arange(vectors.numel()).sin().view(vectors.shape)).sum();

function expectSame(found: Tree, expected: Tree): void {
  mapTree(
    ([one, other], path) => {
      expect({ path, far: far(one, other) }).toEqual({ path, far: expect.any(Number) });
      expect(far(one, other)).toBeLessThan(CLOSE);
      return one;
    },
    found,
    expected,
  );
}

describe.each(['bert', 'roberta', 'xlm-roberta', 'mpnet', 'distilbert'])('%s', (type) => {
  const folder = join(FOLDERS, type);
  const encoder = loadHuggingFace(folder);
  const expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Expected;
  const vectors = torch.tensor(expected.vectors);
  const ids = expected.texts.map((text) => encoder.tokenize(text));
  const batch = encoder.vectorizer.vectorize(expected.texts);

  test('has the ids of Hugging Face', () => {
    expect(ids.map((own) => [...own])).toEqual(expected.ids);
    expect(encoder.vectorizer.lengths(expected.texts)).toEqual(expected.ids.map((l) => l.length));
  });

  test('has the vectors of PyTorch, in any order and alone', () => {
    expect(far(encoder.embed(encoder.params, ids), vectors)).toBeLessThan(CLOSE);
    expect(far(encoder.embed(encoder.params, [...ids].reverse()), vectors.flip([0]))).toBeLessThan(
      CLOSE,
    );
    const alone = ids.map((own) => encoder.embed(encoder.params, [own]));
    expect(far(torch.cat(alone), vectors)).toBeLessThan(CLOSE);
    expect(encoder.embed(encoder.params, []).shape).toEqual([0, encoder.dimensions]);
  });

  test('has the gradients of PyTorch', () => {
    const params = trainable(encoder.params);
    const found = encoder.layer.apply(params, batch);
    expect(far(found, vectors)).toBeLessThan(CLOSE);
    expectSame(torch.grad(lossOf(found), params), expectedGradients(folder));
  });

  test('gives each task the vectors and gradients of its own parameters', () => {
    const tasks = trainable(expandTasks(encoder.params, 2));
    const [first, second] = leaves(tasks);
    expect(first?.shape[0]).toBe(2);
    expect(second?.shape[0]).toBe(2);
    const twice = {
      ids: batch.ids.unsqueeze(0).expand([2, -1, -1]),
      mask: batch.mask.unsqueeze(0).expand([2, -1, -1]),
    };
    const found = encoder.layer.apply(tasks, twice);
    const both = vectors.unsqueeze(0).expand([2, -1, -1]);
    expect(far(found, both)).toBeLessThan(CLOSE);
    const losses = lossOf(found.select(0, 0)).add(lossOf(found.select(0, 1)).mul(2));
    const gradients = torch.grad(losses, tasks);
    const one = expectedGradients(folder);
    expectSame(
      mapTree(([own]) => own.select(0, 0), gradients),
      one,
    );
    expectSame(
      mapTree(([own]) => own.select(0, 1).div(2), gradients),
      one,
    );
  });

  test('gives packed texts the vectors of padded ones', () => {
    const padded = torch.vmap(
      (ids: Tensor, mask: Tensor) => encoder.layer.apply(encoder.params, { ids, mask }),
      { inDims: [0, 0] },
    )(batch.ids.unsqueeze(0), batch.mask.unsqueeze(0));
    expect(far(padded.select(0, 0), vectors)).toBeLessThan(CLOSE);
    const states = encoder.layer.hiddenStates(encoder.params, batch);
    expect(states.shape).toEqual([...batch.ids.shape, 16]);
    const own = encoder.layer.hiddenStates(expandTasks(encoder.params, 1), {
      ids: batch.ids.unsqueeze(0),
      mask: batch.mask.unsqueeze(0),
    });
    expect(far(own.select(0, 0), states)).toBeLessThan(CLOSE);
  });

  test('drops while training, by the seed', () => {
    const run = (seed: number): Tensor =>
      encoder.layer.apply(encoder.params, batch, {
        training: true,
        generator: torch.generator(seed),
      });
    expect(far(run(1), run(1))).toBe(0);
    expect(far(run(1), run(2))).toBeGreaterThan(0.01);
    expect(Object.keys(flattenTree(encoder.params)).length).toBeGreaterThan(20);
  });
});
