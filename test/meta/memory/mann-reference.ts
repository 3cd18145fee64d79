import type { Examples } from '../../../lib/meta/index';
import type { MannParams } from '../../../lib/meta/memory/mann';
import type { LinearParams } from '../../../lib/nn/index';
import { type Tensor, torch } from '../../../lib/torch/index';

type Params = MannParams<LinearParams>;
type Sizes = { ways: number; slots: number; wordSize: number; reads: number };
type Rule = { decay: number; keyStrength: number };

/** What lies between two steps of one sequence: M `[S, W]`, w^r and its words by head, w^u `[S]`. */
type State = {
  h: Tensor;
  c: Tensor;
  memory: Tensor;
  readWeights: Tensor[];
  usage: Tensor;
  words: Tensor[];
  keys: Tensor[];
  label: Tensor;
};

const affine = ({ weight, bias }: LinearParams, x: Tensor): Tensor =>
  torch.linear(x, weight, bias ?? null);

/**
 * Logits of one task, step by step as at the head of `mann.ts`: every query is the step after the whole
 * support set.
 *
 * @param support inputs `[s, F]`, labels `[s]`
 * @param queries `[q, F]`
 */
export function mannReference(
  params: Params,
  support: Examples,
  queries: Tensor,
  sizes: Sizes & Rule,
): Tensor {
  let state = emptyState(params, sizes, queries);
  for (const [i, label] of support.labels.unbind(0).entries()) {
    const x = affine(params.encoder, support.inputs.select(0, i));
    ({ state } = step(params, x, state, sizes));
    state = { ...state, label: label.oneHot(sizes.ways).to(x) };
  }
  const before = state;
  return torch.stack(
    queries.unbind(0).map((query) => {
      const x = affine(params.encoder, query);
      return step(params, x, before, sizes).logits;
    }),
  );
}

function step(params: Params, x: Tensor, before: State, sizes: Sizes & Rule) {
  const { controller } = params;
  // hₜ = LSTM([f(xₜ); yₜ₋₁; rₜ₋₁], hₜ₋₁)
  const input = torch.cat([x, before.label, ...before.words]);
  const gates = affine(controller.input, input).add(affine(controller.hidden, before.h));
  const [i, f, g, o] = gates.chunk(4) as [Tensor, Tensor, Tensor, Tensor];
  const c = f.sigmoid().mul(before.c).add(i.sigmoid().mul(g.tanh()));
  const h = o.sigmoid().mul(c.tanh());
  // kₜ = tanh(W_k [hₜ; f(xₜ)] + b_k);   aₜ = kₜ₋₁ + tanh(W_a hₜ + b_a);   g = σ(W_g hₜ + b_g)
  const keys = affine(params.key, torch.cat([h, x]))
    .tanh()
    .chunk(sizes.reads);
  const added = affine(params.value, h).tanh().chunk(sizes.reads);
  const values = added.map((a, head) => a.add(before.keys[head] ?? a));
  const open = affine(params.gate, h).sigmoid().unbind(0);

  // w^r ← softmax over slots of β cos(kₜ, M);   rₜ = w^r M
  const slots = before.memory.unbind(0);
  const readWeights = keys.map((key) =>
    torch.stack(slots.map((slot) => cosine(key, slot).mul(sizes.keyStrength))).softmax(0),
  );
  const words = readWeights.map((w) => w.matmul(before.memory));

  // w^w ← g w^r of the step before + (1 − g) w^lu;   M ← M without the least used + w^wᵀ aₜ
  const least = leastUsed(before.usage, sizes.reads);
  const written = open.map((gate, head) => {
    const slot = torch.tensor(least[head] ?? -1, { dtype: 'int64' });
    const fresh = slot.oneHot(sizes.slots).to(h);
    const again = before.readWeights[head] ?? fresh;
    return gate.mul(again).add(gate.rsub(1).mul(fresh));
  });
  const share = (head: number, s: number): Tensor =>
    written[head]?.select(0, s) ?? before.usage.select(0, s).zerosLike();
  const memory = torch.stack(
    slots.map((slot, s) => {
      const kept = least.includes(s) ? slot.zerosLike() : slot;
      return values.reduce((sum, value, head) => sum.add(value.mul(share(head, s))), kept);
    }),
  );

  // w^u ← γ w^u + w^r + w^w;   logits: W_o [hₜ; rₜ] + b_o
  const usage = [...readWeights, ...written].reduce(
    (sum, weights) => sum.add(weights),
    before.usage.mul(sizes.decay),
  );
  const logits = affine(params.output, torch.cat([h, ...words]));
  return { logits, state: { ...before, h, c, memory, readWeights, usage, words, keys } };
}

function cosine(a: Tensor, b: Tensor): Tensor {
  const lengths = a.norm().clampMin(1e-12).mul(b.norm().clampMin(1e-12));
  return a.mul(b).sum().div(lengths);
}

/** The numbers of the slots that are least used, of equals the first. */
function leastUsed(usage: Tensor, count: number): number[] {
  const values = [...usage.detach().to('float64').data()].map(Number);
  const order = values.map((_, slot) => slot);
  order.sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0) || a - b);
  return order.slice(0, count);
}

function emptyState(params: Params, sizes: Sizes, like: Tensor): State {
  const { slots, wordSize, reads, ways } = sizes;
  const zeros = (...shape: number[]) => torch.zeros(shape, { dtype: like.dtype });
  const hidden = params.value.weight.size(1);
  const each = (size: number) => Array.from({ length: reads }, () => zeros(size));
  return {
    ...{ h: zeros(hidden), c: zeros(hidden), memory: zeros(slots, wordSize) },
    ...{ readWeights: each(slots), words: each(wordSize), keys: each(wordSize) },
    ...{ usage: zeros(slots), label: zeros(ways) },
  };
}
