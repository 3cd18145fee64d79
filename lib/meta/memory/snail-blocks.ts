/**
 * The blocks of SNAIL, Mishra et al. 2018, section 3. Each adds features to those of every step:
 *
 *   dense: [x; tanh(conv_d(x)) · σ(conv_d(x))], conv_d causal, of kernel size 2 and dilation d
 *   attention: [x; softmax over steps j ≤ i of (q(xᵢ) · k(xⱼ) / √d_k) v(xⱼ)]
 *
 * No step sees a later one. So the support set is run through once, and what a step after it needs of
 * it is kept: all queries of a task share that work.
 */
import { outOfRange } from '../../errors';
import { conv1d, type Layer, type LinearParams, linear } from '../../nn/index';
import { type Generator, type Tensor, torch } from '../../torch/index';

/** One block: what it makes of a task's support set, and of queries that each come after it. */
export type Block = {
  /** Features of a step after the block. */
  size: number;
  init(generator: Generator): BlockParams;
  /** `[T, s, C]` to `[T, s, C′]`; `present` `[T, s, 1]` is 0 for steps before the sequence's start. */
  support(params: BlockParams, x: Tensor, present: Tensor): Tensor;
  /** `[T, q, C]` to `[T, q, C′]` after the support set whose input to this block was `before`. */
  query(params: BlockParams, x: Tensor, before: Tensor, present: Tensor): Tensor;
};

export type BlockParams = { readonly [name: string]: LinearParams };

/** A dense block of `filters` features with the dilation d. */
export function denseBlock(inChannels: number, filters: number, dilation: number): Block {
  // One convolution computes both factors.
  const both = { inChannels, outChannels: 2 * filters, kernelSize: 2, dilation };
  const conv = conv1d({ ...both, padding: 'causal' });
  const gated = (y: Tensor) =>
    y
      .narrow(-1, 0, filters)
      .tanh()
      .mul(y.narrow(-1, filters, filters).sigmoid());
  return {
    size: inChannels + filters,
    init: (generator) => ({ conv: conv.init(generator) }),
    support: (params, x, present) =>
      torch.cat([x, gated(conv.apply(of(params, 'conv'), x)).mul(present)], -1),
    query(params, x, before) {
      const at = before.size(1) - dilation;
      const earlier = at < 0 ? x.zerosLike() : before.narrow(1, at, 1).expand(x.shape);
      const { weight, bias } = of(params, 'conv');
      return torch.cat(
        [x, gated(torch.linear(torch.cat([earlier, x], -1), weight, bias ?? null))],
        -1,
      );
    },
  };
}

/** Causal attention with keys of `keySize` and values of `valueSize`. */
export function attentionBlock(inChannels: number, keySize: number, valueSize: number): Block {
  const toKey = linear({ inFeatures: inChannels, outFeatures: keySize });
  const toValue = linear({ inFeatures: inChannels, outFeatures: valueSize });
  const project = (layer: Layer<LinearParams>, params: BlockParams, name: string, x: Tensor) =>
    layer.apply(of(params, name), x);
  return {
    size: inChannels + valueSize,
    init: (generator) => ({
      query: toKey.init(generator),
      key: toKey.init(generator),
      value: toValue.init(generator),
    }),
    support(params, x, present) {
      const [query, key] = [project(toKey, params, 'query', x), project(toKey, params, 'key', x)];
      const steps = torch.ones([x.size(1), x.size(1)], { device: x.device }).tril();
      const attended = torch.attention(query, key, project(toValue, params, 'value', x), {
        mask: steps.mul(present.mT),
      });
      return torch.cat([x, attended.mul(present)], -1);
    },
    query(params, x, before, present) {
      // Every query looks at the support set and at itself: one key of its own, then the shared ones.
      const query = project(toKey, params, 'query', x).div(Math.sqrt(keySize));
      const own = query.mul(project(toKey, params, 'key', x)).sum(-1, true);
      const shared = query.bmm(project(toKey, params, 'key', before).mT);
      const logits = torch.cat([own, shared.maskedFill(present.mT.eq(0), -Infinity)], -1);
      const weights = logits.softmax(-1);
      const ofShared = weights.narrow(-1, 1, before.size(1));
      const attended = ofShared
        .bmm(project(toValue, params, 'value', before))
        .add(weights.narrow(-1, 0, 1).mul(project(toValue, params, 'value', x)));
      return torch.cat([x, attended], -1);
    },
  };
}

function of(params: BlockParams, name: string): LinearParams {
  const own = params[name];
  if (own !== undefined) return own;
  throw outOfRange(`parameters named ${name}`, 'a block of snail', own, 'snail');
}
