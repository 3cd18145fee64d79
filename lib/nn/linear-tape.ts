import { mapTree, type Tensor, type Tree, torch } from '../torch';
import type { LinearParams } from './linear';
import { addUpdate, extendUpdate, isLowRank } from './low-rank';

type Call = {
  /** What the layer saw, as rows: `[T, n, in]`. */
  input: Tensor;
  /** `[T, n, out]`, without what later layers made of it. */
  output: Tensor;
};

/** What one layer was called with, and whether its weights move as products. */
type Calls = { lowRank: boolean; calls: Call[] };

/**
 * Records what linear layers see during one inner loop. Its steps take gradients δ with respect to the
 * layers' outputs, which keeps every order exact, and add δᵀh to the weights: as products that are
 * never multiplied out where that is cheaper, else in one operator, without a gradient of the weight
 * in between. Until they differ, the product with the weights is one for all tasks.
 */
export class LinearTape {
  readonly #steps: number;
  readonly #input: Tensor;
  /** The weights without a task axis, by those with one. */
  readonly #bases: ReadonlyMap<Tensor, Tensor>;
  #layers = new Map<LinearParams, Calls>();
  /** Products that later steps ask for again: of the model's own input, above all. */
  readonly #products = new Map<Tensor, Map<Tensor, Tensor>>();

  /**
   * @param bases the parameters `[…]`
   * @param expanded the same, expanded to `[T, …]`, as the layers will see them
   * @param input the model's own, which is the same at every step
   */
  constructor(bases: Tree, expanded: Tree, input: Tensor, steps: number) {
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
    this.#input = input;
    this.#steps = steps;
  }

  /** The layer's output, or undefined where it has to work by itself. */
  apply(params: LinearParams, x: Tensor): Tensor | undefined {
    const weight = params.update ? params.weight : this.#bases.get(params.weight);
    const inFeatures = params.weight.shape.at(-1);
    if (x.ndim < 3 || x.shape.at(-1) !== inFeatures) return undefined;
    if (weight === undefined && params.weight.ndim !== 3) return undefined;
    const input = x.ndim === 3 ? x : x.flatten(1, -2);
    const made = weight === undefined ? perTask(params, input) : this.#shared(params, input);
    const output = made.requiresGrad ? made : made.detach().requiresGrad_();
    const layer = this.#layers.get(params);
    const call = { input, output };
    if (layer) layer.calls.push(call);
    else this.#layers.set(params, { lowRank: this.#isLowRank(params, x, input), calls: [call] });
    return x.ndim === 3 ? output : output.unflatten(1, x.shape.slice(1, -1));
  }

  /** The outputs that a step takes gradients with respect to, in the order of `update`. */
  get outputs(): Tensor[] {
    return [...this.#layers.values()].flatMap(({ calls }) => calls.map(({ output }) => output));
  }

  /** True for the parameters of a layer that took part. */
  holds(params: unknown): params is LinearParams {
    return this.#layers.has(params as LinearParams);
  }

  /**
   * The parameters of every layer that took part after a step, from the gradients of `outputs`.
   *
   * @param constant take the recorded inputs as constants, for first-order gradients
   */
  update(
    gradients: readonly (Tensor | null)[],
    constant: boolean,
  ): Map<LinearParams, LinearParams> {
    let next = 0;
    const updated = new Map<LinearParams, LinearParams>();
    for (const [params, { lowRank, calls }] of this.#layers) {
      let result = params;
      for (const { input } of calls) {
        const delta = gradients[next++];
        if (!delta) continue;
        const seen = constant && input.requiresGrad ? input.detach() : input;
        result = lowRank ? this.#extended(result, seen, delta) : moved(result, seen, delta);
      }
      updated.set(params, result);
    }
    this.#layers = new Map();
    return updated;
  }

  #isLowRank(params: LinearParams, x: Tensor, input: Tensor): boolean {
    if (params.update !== undefined) return true;
    const rows = input.shape[1] ?? 0;
    const rank = x === this.#input ? rows : rows * this.#steps;
    return this.#bases.has(params.weight) && isLowRank(rank, params.weight);
  }

  #shared(params: LinearParams, input: Tensor): Tensor {
    const { weight, bias } = this.#baseOf(params);
    const base = this.#product(input, weight, () => torch.linear(input, weight, bias ?? null));
    return addUpdate(base, input, params, (inputs, gram) => this.#product(input, inputs, gram));
  }

  #extended(params: LinearParams, input: Tensor, delta: Tensor): LinearParams {
    return { ...this.#baseOf(params), update: extendUpdate(params.update, input, delta) };
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

function perTask({ weight, bias }: LinearParams, input: Tensor): Tensor {
  return torch.taskLinear(input, weight, bias);
}

/** W + δᵀh and b + Σ δ, for each task. */
function moved({ weight, bias }: LinearParams, input: Tensor, delta: Tensor): LinearParams {
  return {
    weight: torch.taskOuter(weight, delta, input),
    ...(bias && { bias: bias.add(delta.sum([1])) }),
  };
}
