// Small options for every kind, and what several tests make of them.
import { nn, type Tensor, type Tree, torch } from '../../../../lib';
import { TRAINABLE_ENCODERS } from '../../../../lib/text/encoders/trainable';
import type {
  TrainableEncoder,
  TrainableEncoderKind,
} from '../../../../lib/text/encoders/trainable/trainable-encoder';
import type { TokenBatch } from '../../../../lib/text/token-vectorizer';
import { leaves, mapTree } from '../../../../lib/torch';

export const TEXTS = [
  'where is my card',
  'my card is lost',
  'what is the exchange rate for dollars today',
  'the rate',
  'please top up my account',
  'top up failed again and again',
];

export const SMALL = {
  mean: { dimensions: 6 },
  max: { dimensions: 6 },
  cnn: { dimensions: 4, filters: 3, kernelSizes: [2, 3] },
  bilstm: { dimensions: 4, hiddenSize: 3, attentionSize: 4, hops: 2 },
  transformer: { dimensions: 6, layers: 1, heads: 2, hidden: 8 },
  characters: { dimensions: 3, filters: 2, kernelSizes: [2, 3] },
  hashed: { dimensions: 5, buckets: 64 },
} as const;

export type Kind = keyof typeof SMALL;
export const KINDS = Object.keys(SMALL) as Kind[];

/** A new encoder of a kind, without dropout. */
export async function small(name: Kind, options: object = {}): Promise<TrainableEncoder> {
  const kind: TrainableEncoderKind<object> = TRAINABLE_ENCODERS[name];
  const checked = kind.check({ ...SMALL[name], dropout: 0, ...options }, 'options', name);
  return kind.build(checked, TEXTS);
}

export const start = (encoder: TrainableEncoder, seed = 1): Tree =>
  encoder.layer.init(torch.generator(seed));

export const doubled = <P extends Tree>(params: P): P =>
  mapTree(([p]) => p.detach().to('float64'), params);

/** Texts of T tasks, `[T, n, …]`. */
export function batchOf(encoder: TrainableEncoder, tasks: readonly (readonly string[])[]): Tree {
  const flat = encoder.vectorizer.vectorize(tasks.flat());
  return mapTree(([x]) => x.unflatten(0, [tasks.length, -1]), flat);
}

/** The encoder and a head as one model of a single tensor, ids and mask side by side: all of it can adapt. */
export function wholeModel(encoder: TrainableEncoder, ways: number): nn.Layer<Tree[]> {
  const head = nn.linear({ inFeatures: encoder.dimensions, outFeatures: ways });
  return {
    init: (generator) => [encoder.layer.init(generator), head.init(generator)],
    apply([own = [], last = []], x, context) {
      const [ids, mask] = x.chunk(2, -1) as [Tensor, Tensor];
      const texts = encoder.layer.apply(own, { ids: ids.to('int32'), mask }, context);
      return head.apply(last as nn.LinearParams, texts, context);
    },
    tasks: true,
  };
}

/** What such a model takes. */
export function asOne(batch: Tree): Tensor {
  const { ids, mask } = batch as TokenBatch;
  return torch.cat([ids.to('float64'), mask.to('float64')], -1);
}

/** Directional derivatives of `loss` along the gradients, against central differences. */
export function expectDirectional<P extends Tree>(
  loss: (params: P) => number,
  params: P,
  gradients: P,
  { step = 1e-6, relative = 0, absolute = 1e-6 } = {},
): void {
  const generator = torch.generator(5);
  for (let i = 0; i < 2; i++) {
    const direction = mapTree(([p]) => torch.randn(p.shape, { generator, dtype: p.dtype }), params);
    const at = (sign: number) =>
      loss(mapTree(([p, d]) => p.add(d, { alpha: sign * step }), params, direction));
    const expected = (at(1) - at(-1)) / (2 * step);
    const found = leaves(mapTree(([g, d]) => g.mul(d).sum(), gradients, direction)).reduce(
      (sum, part) => sum + Number(part.item()),
      0,
    );
    expect(Math.abs(found - expected)).toBeLessThan(absolute + relative * Math.abs(expected));
    expect(Math.abs(expected)).toBeGreaterThan(1e-5);
  }
}
