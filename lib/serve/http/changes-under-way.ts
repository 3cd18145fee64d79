import { TorchError } from '../../errors';

/** Counts the changes of each classifier that wait or are being made: each holds its examples in memory. */
export class ChangesUnderWay {
  readonly #most: number;
  readonly #counts = new Map<string, number>();

  constructor(most: number) {
    this.#most = most;
  }

  /** @throws TorchError `ERR_TORCH_BUSY` if as many changes of the classifier as may are under way */
  async run<T>(name: string, change: () => Promise<T>): Promise<T> {
    const before = this.#counts.get(name) ?? 0;
    if (before >= this.#most) {
      const message = `Expected at most ${this.#most} changes of a classifier to wait but ${before} do already; try again later`;
      throw new TorchError('ERR_TORCH_BUSY', message);
    }
    this.#counts.set(name, before + 1);
    try {
      return await change();
    } finally {
      const left = (this.#counts.get(name) ?? 1) - 1;
      if (left > 0) this.#counts.set(name, left);
      else this.#counts.delete(name);
    }
  }
}
