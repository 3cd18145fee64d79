import type { SentenceEncoder } from '../text';
import { disposeTree, torch } from '../torch';
import { type Core, coreOf, type Fitting, grown, narrowed } from './core';
import type { FitOptions } from './fitted';
import { headMapFile, readHeadMap } from './heads/head-map';
import { type Plane, principalPlane } from './plane';
import { type Scored, type Scorer, score } from './predict';

/** Examples on their way into a core. */
export type NewRows = {
  texts: readonly string[];
  /** The numbers of their labels, and how many labels there are in all. */
  y: readonly number[];
  keys: readonly number[];
  labels: number;
  options: FitOptions;
};

/** The rows of a core that stay. */
export type KeptRows = Omit<NewRows, 'texts' | 'keys'> & { rows: readonly number[] };

/** The texts of several classifiers' requests, which are encoded together. */
export type Requests = {
  texts: readonly string[];
  parts: readonly { scorer: Scorer; count: number }[];
};

/** For all texts whether the encoder knows a token of them, and the numbers of each part. */
export type Answers = { known: readonly boolean[]; parts: readonly Scored[] };

/** The work of classifiers on one encoder: the same on the calling thread and in workers. */
export class Engine {
  readonly #encoder: SentenceEncoder;
  /** The path of the encoder's map, once it was looked for; null if there is none. */
  #map: string | null | undefined;

  constructor(encoder: SentenceEncoder) {
    this.#encoder = encoder;
  }

  fit({ texts, labels, options, ...rows }: NewRows): Core {
    return torch.scope(() => {
      const read = this.#encoder.readSync(texts);
      return coreOf({ read, ...rows }, labels, this.#fitting(options));
    });
  }

  grow(core: Core, { texts, labels, options, ...rows }: NewRows): Core {
    return torch.scope(() => {
      const read = this.#encoder.readSync(texts);
      return grown(core, { read, ...rows }, labels, this.#fitting(options));
    });
  }

  narrow(core: Core, { rows, y, labels, options }: KeptRows): Core {
    return torch.scope(() => narrowed(core, rows, y, labels, this.#fitting(options)));
  }

  predict({ texts, parts }: Requests): Answers {
    const { vectors, known } = this.#encoder.readSync(texts);
    let from = 0;
    const scored = parts.map(({ scorer, count }) => {
      from += count;
      return torch.scope(() => score(scorer, vectors.narrow(0, from - count, count)));
    });
    disposeTree(vectors);
    return { known, parts: scored };
  }

  plane({ x }: Scorer, texts: readonly string[]): Plane {
    return torch.scope(() => principalPlane(x, this.#encoder.encodeSync(texts)));
  }

  encode(texts: readonly string[]) {
    return this.#encoder.encodeSync(texts);
  }

  #mapFile(): string | null {
    if (this.#map === undefined) this.#map = headMapFile(this.#encoder) ?? null;
    return this.#map;
  }

  /** With the map read from its file: a millisecond, where tensors kept would be one more copy a thread. */
  #fitting(options: FitOptions): Fitting {
    const file = this.#mapFile();
    return { options, map: file === null ? undefined : readHeadMap(file) };
  }
}
