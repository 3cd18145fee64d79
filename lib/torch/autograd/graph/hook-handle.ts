import { binding } from '../../binding';

/** What removes a hook. */
export class HookHandle {
  readonly #id: number;

  /** @internal */
  constructor(id: number) {
    this.#id = id;
  }

  /** The hook is called no more, and freed. Removing it twice is harmless. */
  remove(): void {
    binding.removeGraphFunction(this.#id);
  }

  [Symbol.dispose](): void {
    this.remove();
  }
}
