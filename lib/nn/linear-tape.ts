import { mapTree, type Tensor, type Tree, torch } from '../torch';
import type { LinearParams } from './linear';

/**
 * What gradient steps have added to a linear layer's weights, as products: ΔW = Σ δᵀh over the rows
 * h of the inputs `[T, m, in]` and δ of the deltas `[T, m, out]`, and Δb = Σ δ.
 */
export type LowRankUpdate = { inputs: Tensor; deltas: Tensor };

type Call = { input: Tensor; output: Tensor };

/**
 * Records what linear layers see during one inner loop, so that its steps never form W′ = W − α δᵀh:
 * with n support rows, x·W′ᵀ = x·Wᵀ − α (x·hᵀ)·δ. The product with W is then shared by all tasks, and
 * gradients are taken with respect to the layers' outputs, which keeps every order exact.
 *
 * A layer takes part if all rows of all steps are fewer than the weight's smaller side.
 */
export class LowRankTape {
  readonly #steps: number;
  /** The weights without a task axis, by those with one. */
  readonly #bases: ReadonlyMap<Tensor, Tensor>;
  #calls = new Map<LinearParams, Call[]>();
  /** Products that later steps ask for again: of the model's own input, above all. */
  readonly #products = new Map<Tensor, Map<Tensor, Tensor>>();

  /**
   * @param bases the parameters `[…]`
   * @param expanded the same, expanded to `[T, …]`, as the layers will see them
   */
  constructor(bases: Tree, expanded: Tree, steps: number) {
    const byExpanded = new Map<Tensor, Tensor>();
    mapTree(
      ([base, seen]) => {
        byExpanded.set(seen, base);
        return seen;
      },
      bases,
      expanded,
    );
    this.#bases = byExpanded;
    this.#steps = steps;
  }

  /** The layer's output by low-rank products, or undefined if it should work densely. */
  apply(params: LinearParams, x: Tensor): Tensor | undefined {
    if (x.ndim !== 3) return undefined;
    const shared = params.update ? params : this.#shared(params, x);
    if (shared === undefined) return undefined;
    const base = this.#product(x, shared.weight, () =>
      torch.linear(x, shared.weight, shared.bias ?? null),
    );
    const updated = addUpdate(base, x, shared, (inputs, gram) => this.#product(x, inputs, gram));
    const output = updated.requiresGrad ? updated : updated.detach().requiresGrad_();
    const calls = this.#calls.get(params);
    if (calls) calls.push({ input: x, output });
    else this.#calls.set(params, [{ input: x, output }]);
    return output;
  }

  /** The outputs that a step takes gradients with respect to, in the order of `update`. */
  get outputs(): Tensor[] {
    return [...this.#calls.values()].flatMap((calls) => calls.map(({ output }) => output));
  }

  /** True for the parameters of a layer that took part. */
  holds(params: unknown): params is LinearParams {
    return this.#calls.has(params as LinearParams);
  }

  /**
   * The parameters of every layer that took part after a step, from the gradients of `outputs`.
   *
   * @param constant take the recorded inputs as constants, for first-order gradients
   */
  update(gradients: readonly Tensor[], constant: boolean): Map<LinearParams, LinearParams> {
    let next = 0;
    const updated = new Map<LinearParams, LinearParams>();
    for (const [params, calls] of this.#calls) {
      const { weight, bias } = params.update ? params : this.#baseOf(params);
      let { update } = params;
      for (const { input } of calls) {
        const delta = gradients[next++] as Tensor;
        const seen = constant && input.requiresGrad ? input.detach() : input;
        update = extend(update, seen, delta);
      }
      updated.set(params, { weight, ...(bias && { bias }), ...(update && { update }) });
    }
    this.#calls = new Map();
    return updated;
  }

  #shared(params: LinearParams, x: Tensor): LinearParams | undefined {
    const base = this.#bases.get(params.weight);
    if (base === undefined || base.ndim !== 2) return undefined;
    const [outFeatures = 0, inFeatures = 0] = base.shape;
    const rows = (x.shape[1] ?? 0) * this.#steps;
    return rows < Math.min(outFeatures, inFeatures) ? this.#baseOf(params) : undefined;
  }

  #baseOf({ weight, bias }: LinearParams): LinearParams {
    const of = (tensor: Tensor): Tensor => this.#bases.get(tensor) ?? tensor;
    return { weight: of(weight), ...(bias && { bias: of(bias) }) };
  }

  #product(x: Tensor, other: Tensor, make: () => Tensor): Tensor {
    let products = this.#products.get(x);
    if (products === undefined) {
      products = new Map();
      this.#products.set(x, products);
    }
    let product = products.get(other);
    if (product === undefined) {
      product = make();
      products.set(other, product);
    }
    return product;
  }
}

/** x·W′ᵀ + b′ for parameters with low-rank updates. `[T, n, in]` gives `[T, n, out]`. */
export function applyUpdated(params: LinearParams, x: Tensor): Tensor {
  const base = torch.linear(x, params.weight, params.bias ?? null);
  return addUpdate(base, x, params, (_, gram) => gram());
}

function addUpdate(
  base: Tensor,
  x: Tensor,
  { update, bias }: LinearParams,
  product: (inputs: Tensor, gram: () => Tensor) => Tensor,
): Tensor {
  if (update === undefined) return base;
  const gram = product(update.inputs, () => {
    const rows = x.bmm(update.inputs.mT);
    // The bias is a weight of an input that is always 1.
    return bias === undefined ? rows : rows.add(1);
  });
  return base.baddbmm(gram, update.deltas);
}

function extend(update: LowRankUpdate | undefined, input: Tensor, delta: Tensor): LowRankUpdate {
  if (update === undefined) return { inputs: input, deltas: delta };
  // The model's own input is the same at every step: its deltas add up and the rank stays.
  if (update.inputs === input) return { inputs: input, deltas: update.deltas.add(delta) };
  return {
    inputs: torch.cat([update.inputs, input], 1),
    deltas: torch.cat([update.deltas, delta], 1),
  };
}
