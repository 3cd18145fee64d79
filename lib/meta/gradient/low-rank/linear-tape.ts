import { expandTasks } from '../../../nn/index';
import { taskUpdate } from '../../../torch/fused/task-products';
import { isTensor, leaves, mapTree, type Tensor, type Tree, torch } from '../../../torch/index';
import { addUpdate, extendUpdate, isLowRank, type LowRankParams } from './low-rank-update';

type Call = {
  /** What the layer saw, as rows: `[T, n, in]`. */
  input: Tensor;
  /** `[T, n, out]`, without what later layers made of it. */
  output: Tensor;
};

/**
 * Records what linear layers see during one inner loop. Its steps take gradients δ with respect to the
 * layers' outputs, which keeps every order exact, and add δᵀh to the weights: as products that are
 * never multiplied out as long as that is cheaper, then in one operator, without a gradient of the
 * weight in between. Until they differ, the product with the weights is one for all tasks.
 */
export class LinearTape {
  /** The weights without a task axis, by those with one. */
  readonly #bases: ReadonlyMap<Tensor, Tensor>;
  #calls = new Map<LowRankParams, Call[]>();
  /** What comes again at every step: the model's own inputs and what is made of them alone, */
  readonly #lasting: Set<Tensor>;
  /** their rows, */
  readonly #rows = new Map<Tensor, Tensor>();
  /** which are taken as constants, */
  readonly #constants = new Map<Tensor, Tensor>();
  /** and their products with weights and with one another, by the bias that is counted in. */
  readonly #made = new Map<Tensor | undefined, Map<Tensor, Map<Tensor, Tensor>>>();

  /**
   * @param bases the parameters `[…]`
   * @param expanded the same, expanded to `[T, …]`, as the layers will see them
   * @param inputs what the model is given at every step
   */
  constructor(bases: Tree, expanded: Tree, inputs: Tree) {
    this.#lasting = new Set(leaves(inputs));
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
  }

  /** The layer's output, or undefined where it has to work by itself. */
  apply(params: LowRankParams, x: Tensor): Tensor | undefined {
    // What belongs to no layer is refused by the layer.
    if (!isOfLinear(params) || !isTensor(x)) return undefined;
    const { shape } = x;
    const weightShape = params.weight.shape;
    if (shape.length < 3 || shape.at(-1) !== weightShape.at(-1)) return undefined;
    if (weightShape.length !== 3 && params.update === undefined) return undefined;
    const isRows = shape.length === 3;
    const input = isRows ? x : this.#lastingOf(this.#rows, x, () => x.flatten(1, -2));
    const made = this.#isShared(params)
      ? this.#shared(params, input)
      : torch.taskLinear(input, params.weight, params.bias);
    const output = made.requiresGrad ? made : made.detach().requiresGrad_();
    memoized(this.#calls, params, () => []).push({ input, output });
    return isRows ? output : output.unflatten(1, shape.slice(1, -1));
  }

  /** The outputs that a step takes gradients with respect to, in the order of `update`. */
  get outputs(): Tensor[] {
    return [...this.#calls.values()].flatMap((calls) => calls.map(({ output }) => output));
  }

  /** What later steps ask for again: it must outlive the step that made it. */
  get kept(): Tensor[] {
    const products = [...this.#made.values()].flatMap((known) => [...known.values()]);
    return [this.#rows, this.#constants, ...products].flatMap((known) => [...known.values()]);
  }

  /** True for the parameters of a layer that took part. */
  holds(params: unknown): params is LowRankParams {
    return this.#calls.has(params as LowRankParams);
  }

  /**
   * The parameters of every layer that took part after a step, from the gradients of `outputs`.
   *
   * @param constant take the recorded inputs as constants, for first-order gradients
   */
  update(
    gradients: readonly (Tensor | null)[],
    constant: boolean,
  ): Map<LowRankParams, LowRankParams> {
    let next = 0;
    const updated = new Map<LowRankParams, LowRankParams>();
    for (const [params, calls] of this.#calls) {
      let result = params;
      for (const { input } of calls) {
        const delta = gradients[next++];
        if (!delta) continue;
        const seen = constant ? this.#constant(input) : input;
        result = this.#isShared(result)
          ? { ...this.#baseOf(result), update: extendUpdate(result.update, seen, delta) }
          : moved(result, seen, delta);
      }
      updated.set(params, multipliedOut(result));
    }
    this.#calls = new Map();
    return updated;
  }

  /** True while all tasks have one weight, and what each added to it is apart. */
  #isShared(params: LowRankParams): boolean {
    return params.update !== undefined || this.#bases.has(params.weight);
  }

  #shared(params: LowRankParams, input: Tensor): Tensor {
    const { weight, bias } = this.#baseOf(params);
    const whole = (): Tensor => torch.linear(input, weight, bias ?? null);
    if (!this.#lasting.has(input)) return addUpdate(whole(), input, params);
    const known = memoized(this.#made, bias, () => new Map<Tensor, Map<Tensor, Tensor>>());
    const products = memoized(known, input, () => new Map<Tensor, Tensor>());
    return addUpdate(memoized(products, weight, whole), input, params, (inputs, gram) =>
      this.#lasting.has(inputs) ? memoized(products, inputs, gram) : gram(),
    );
  }

  #baseOf({ weight, bias }: LowRankParams): LowRankParams {
    const of = (tensor: Tensor): Tensor => this.#bases.get(tensor) ?? tensor;
    return { weight: of(weight), ...(bias && { bias: of(bias) }) };
  }

  #constant(input: Tensor): Tensor {
    if (!input.requiresGrad) return input;
    return this.#lastingOf(this.#constants, input, () => input.detach());
  }

  /** What `make` makes of `x`: the same at every step, if `x` is. */
  #lastingOf(known: Map<Tensor, Tensor>, x: Tensor, make: () => Tensor): Tensor {
    if (!this.#lasting.has(x)) return make();
    const made = memoized(known, x, make);
    this.#lasting.add(made);
    return made;
  }
}

function isOfLinear(params: unknown): params is LowRankParams {
  const { weight, bias, update: _, ...others } = Object(params);
  const known = Object.keys(others).length === 0;
  return known && isTensor(weight) && (bias === undefined || isTensor(bias));
}

/** The parameters with W′ itself in place of products that have become too many. */
function multipliedOut(params: LowRankParams): LowRankParams {
  const { weight, bias, update } = params;
  if (update === undefined || isLowRank(update)) return params;
  const own = expandTasks({ weight, ...(bias && { bias }) }, update.inputs.size(0));
  return moved(own, update.inputs, update.deltas);
}

/** W + δᵀh and b + Σ δ, for each task. */
function moved({ weight, bias }: LowRankParams, inputs: Tensor, deltas: Tensor): LowRankParams {
  return bias === undefined
    ? { weight: torch.taskOuter(weight, deltas, inputs) }
    : taskUpdate(weight, bias, deltas, inputs);
}

function memoized<K, V>(known: Map<K, V>, key: K, make: () => V): V {
  let value = known.get(key);
  if (value === undefined) {
    value = make();
    known.set(key, value);
  }
  return value;
}
