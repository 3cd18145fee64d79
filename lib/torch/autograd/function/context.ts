import { flag } from '../../../check';
import { ArgumentTypeError, invalidArgument, TorchError } from '../../../errors';
import { binding } from '../../binding';
import { isTensor, type Tensor, tensorOf } from '../../tensor';
import { leaves } from '../../tree';

/** What may be saved for backward. */
export type SavedTensors = readonly (Tensor | null)[];

/**
 * What the parts of a `torch.autograd.Function` hand to each other. `S` is what is saved, for example
 * `[Tensor, Tensor]`, and `V` what else is kept: `FunctionContext<[Tensor], { scale: number }>` has
 * `ctx.scale`. Tensors are kept by `saveForBackward` alone.
 */
export type FunctionContext<S extends SavedTensors = Tensor[], V extends object = object> = Omit<
  Context,
  'saveForBackward' | 'savedTensors'
> & {
  /**
   * Keeps tensors for `backward` and `jvp`: inputs and outputs, and others that are constants, since
   * gradients of gradients do not go through them. To be called at most once, in `forward` or
   * `setupContext`. `null` stays null. Changing one of them in place before backward is an error there.
   */
  saveForBackward(...tensors: S): void;
  /** What was saved, to be read in `backward` and `jvp`. */
  readonly savedTensors: S;
} & V;

/** What `forward` and `setupContext` have said. */
export type ContextFacts = {
  readonly saved: SavedTensors;
  readonly dirty: readonly Tensor[];
  readonly constant: readonly Tensor[];
  readonly materialize: boolean;
};

/** Ends the part in which a context is written, and gives what was written. */
export let finishContext: (ctx: Context) => ContextFacts;

/** Runs `fn` as a part of backward, in which what was saved may be read. */
export let insideBackward: <R>(ctx: Context, needed: readonly boolean[], fn: () => R) => R;

export class Context {
  #needed: readonly boolean[];
  #saved: SavedTensors | undefined;
  #places: readonly (number | null)[] = [];
  #dirty: readonly Tensor[] = [];
  #constant: readonly Tensor[] = [];
  #materialize = true;
  #isOpen = true;
  #unpacked: SavedTensors | undefined;
  #isRunning = false;

  constructor(needed: readonly boolean[]) {
    this.#needed = needed;
  }

  static {
    finishContext = (ctx) => ctx.#finish();
    insideBackward = (ctx, needed, fn) => ctx.#inside(needed, fn);
  }

  /**
   * For every argument of `forward` whether a gradient is needed: whether the tensor, or one of the
   * tensors of a tree, requires one; in `backward`, whether what was asked for depends on it.
   */
  get needsInputGrad(): readonly boolean[] {
    return this.#needed;
  }

  saveForBackward(...tensors: SavedTensors): void {
    this.#requireOpen('saveForBackward');
    for (const [i, tensor] of tensors.entries()) {
      if (tensor !== null && !isTensor(tensor)) {
        throw invalidArgument('a tensor or null', `tensors[${i}]`, tensor, 'saveForBackward');
      }
    }
    if (this.#saved !== undefined) {
      const message = 'saveForBackward: Expected to be called once, with all that is to be saved';
      throw new ArgumentTypeError(message, 'saveForBackward');
    }
    this.#saved = tensors;
  }

  get savedTensors(): SavedTensors {
    if (!this.#isRunning) {
      const message = 'savedTensors: Expected to be read while backward or jvp runs';
      throw new TorchError('ERR_TORCH_AUTOGRAD', message, { operator: 'savedTensors' });
    }
    this.#unpacked ??= unpack(this.#places);
    return this.#unpacked;
  }

  /** Says which inputs `forward` has changed in place. It has to return them. */
  markDirty(...inputs: readonly Tensor[]): void {
    this.#requireOpen('markDirty');
    this.#dirty = tensorsOf(inputs, 'markDirty');
  }

  /** Says which outputs have no gradients. Integers and booleans never have. */
  markNonDifferentiable(...outputs: readonly Tensor[]): void {
    this.#requireOpen('markNonDifferentiable');
    this.#constant = tensorsOf(outputs, 'markNonDifferentiable');
  }

  /** Whether `backward` gets zeros, or else null, for outputs that nothing depends on. Default: true. */
  setMaterializeGrads(value: boolean): void {
    this.#requireOpen('setMaterializeGrads');
    this.#materialize = flag(value, 'value', 'setMaterializeGrads');
  }

  #requireOpen(operator: string): void {
    if (this.#isOpen) return;
    const message = `${operator}: Expected to be called in forward or setupContext, not later`;
    throw new TorchError('ERR_TORCH_AUTOGRAD', message, { operator });
  }

  #finish(): ContextFacts {
    for (const [key, value] of Object.entries(this)) {
      if (leaves(value).length === 0) continue;
      throw new ArgumentTypeError(
        `Function: Expected tensors to be kept by saveForBackward, but ctx.${key} holds one, which would never be freed and whose changes nobody would notice`,
        'Function',
      );
    }
    const facts = {
      saved: this.#saved ?? [],
      dirty: this.#dirty,
      constant: this.#constant,
      materialize: this.#materialize,
    };
    let count = 0;
    this.#places = facts.saved.map((tensor) => (tensor === null ? null : count++));
    // The graph keeps them: held here, an output would keep itself alive.
    this.#saved = undefined;
    this.#dirty = [];
    this.#constant = [];
    this.#isOpen = false;
    return facts;
  }

  #inside<R>(needed: readonly boolean[], fn: () => R): R {
    this.#needed = needed;
    this.#isRunning = true;
    try {
      return fn();
    } finally {
      this.#isRunning = false;
      this.#unpacked = undefined;
    }
  }
}

function unpack(places: readonly (number | null)[]): SavedTensors {
  const tensors = places.length === 0 ? [] : binding.savedTensors().map((h) => tensorOf(h));
  return places.map((place) => (place === null ? null : (tensors[place] as Tensor)));
}

function tensorsOf(tensors: readonly Tensor[], operator: string): readonly Tensor[] {
  for (const [i, tensor] of tensors.entries()) {
    if (!isTensor(tensor)) throw invalidArgument('a tensor', `tensors[${i}]`, tensor, operator);
  }
  return tensors;
}
