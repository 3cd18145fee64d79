import type { ReadTexts, SentenceEncoder } from '../text';
import { type Tensor, torch } from '../torch';
import type { FineTuneStep } from '../train/contrastive/fine-tune';
import { type Core, coreOf, type Fitting, grown, narrowed } from './core';
import {
  type Attribution,
  type AttributionInput,
  integratedGradients,
} from './explain/integrated-gradients';
import type { FitOptions } from './fitted';
import { indices } from './heads/features';
import { type HeadMap, headMapFile, readHeadMap } from './heads/head-map';
import { nameVectors } from './heads/label-names';
import { type HeldOutRow, heldOutRows } from './held-out-answers';
import { type Doubt, informative } from './informative';
import { type Plane, principalPlane } from './plane';
import { type Scored, type Scorer, score } from './predict';
import { type Suspicion, suspectsOf } from './suspects';
import { type TuneInput, type TuneOutput, tuneEncoder } from './tuning/tune-encoder';
import { encoderFor, type Tuned } from './tuning/tuned';
import { releaseAll, type Shared, shareAll, takeAll } from './workers/shared-tree';

/** Examples on their way into a core. */
export type NewRows = {
  texts: readonly string[];
  /** The numbers of their labels, and how many labels there are in all. */
  y: readonly number[];
  keys: readonly number[];
  labels: number;
  /** The names of all labels as texts; undefined where no use is to be made of them. */
  names: readonly string[] | undefined;
  options: FitOptions;
};

/** The rows of a core that stay. Default for names: those that the core has. */
export type KeptRows = Omit<NewRows, 'texts' | 'keys' | 'names'> & {
  rows: readonly number[];
  names?: readonly string[] | undefined;
};

/** The texts of several classifiers' requests, which are encoded together. */
export type Requests = {
  texts: readonly string[];
  parts: readonly { scorer: Scorer; count: number }[];
};

/** For all texts whether the encoder knows a token of them, and the numbers of each part. */
export type Answers = { known: readonly boolean[]; parts: readonly Scored[] };

type Request = { scorer: Scorer; texts: readonly string[] };
type Answer = { known: readonly boolean[]; scored: Scored };

/** Throws once the work is given up. */
type Check = () => void;

/** The work of classifiers on one encoder: the same on the calling thread and in workers. */
export class Engine implements Disposable {
  readonly #encoder: SentenceEncoder;
  /** The encoder's map, once it was looked for, so that it outlives scopes; null if there is none. */
  #map: Shared<HeadMap> | null | undefined;

  constructor(encoder: SentenceEncoder) {
    this.#encoder = encoder;
  }

  /** @param tuned the classifier's own encoder, if it has one */
  fit({ texts, labels, options, names, ...rows }: NewRows, tuned?: Tuned, check?: Check): Core {
    return torch.scope(() => {
      const fitting = this.#fitting(options, tuned, check);
      const read = this.#read(texts, names, fitting);
      return coreOf({ ...rows, ...read }, labels, fitting);
    });
  }

  grow(core: Core, { texts, labels, options, names, ...rows }: NewRows, check?: Check): Core {
    return torch.scope(() => {
      const fitting = this.#fitting(options, core.tuned, check);
      const read = this.#read(texts, names?.slice(core.labels), fitting);
      return grown(core, { ...rows, ...read }, labels, fitting);
    });
  }

  narrow(core: Core, { names: given, options, ...kept }: KeptRows, check?: Check): Core {
    return torch.scope(() => {
      const fitting = this.#fitting(options, core.tuned, check);
      const names = given && this.#read([], given, fitting).names;
      return narrowed(core, { ...kept, names }, fitting);
    });
  }

  predict({ texts, parts }: Requests): Answers {
    let from = 0;
    const requests = parts.map(({ scorer, count }) => {
      from += count;
      return { scorer, texts: texts.slice(from - count, from) };
    });
    const keys = new Set(requests.map(({ scorer }) => scorer.tuned?.key));
    const answers = new Map(
      [...keys].flatMap((key) =>
        this.#together(requests.filter(({ scorer }) => scorer.tuned?.key === key)),
      ),
    );
    const inOrder = requests.flatMap((request) => answers.get(request) ?? []);
    return {
      known: inOrder.flatMap(({ known }) => known),
      parts: inOrder.map(({ scored }) => scored),
    };
  }

  plane({ x, tuned }: Scorer, texts: readonly string[]): Plane {
    return torch.scope(() => principalPlane(x, this.encode(texts, tuned)));
  }

  /** Of the texts of which the encoder knows a token: others have no vector to learn from. */
  informative(scorer: Scorer, texts: readonly string[], count: number): Doubt[] {
    return torch.scope(() => {
      const { vectors, known } = encoderFor(this.#encoder, scorer.tuned).readSync(texts);
      const rows = [...known.keys()].filter((row) => known[row]);
      const found = informative(scorer, vectors.indexSelect(0, indices(rows)), count);
      return found.map(({ text, doubt }) => ({ text: rows[text] ?? 0, doubt }));
    });
  }

  /** The examples that look mislabeled. */
  suspects(core: Core): Suspicion[] {
    return torch.scope(() => suspectsOf(core, this.#mapFor(core.tuned)));
  }

  /** What heads that have not seen the examples make of them. */
  heldOut(core: Core): HeldOutRow[] {
    return torch.scope(() => heldOutRows(core, this.#mapFor(core.tuned)));
  }

  attribute(scorer: Scorer, input: AttributionInput): Attribution | null {
    return integratedGradients(encoderFor(this.#encoder, scorer.tuned), scorer, input);
  }

  encode(texts: readonly string[], tuned?: Tuned): Tensor {
    return encoderFor(this.#encoder, tuned).encodeSync(texts);
  }

  tune(input: TuneInput, onStep: (step: FineTuneStep) => void): TuneOutput {
    return tuneEncoder(this.#encoder, input, onStep);
  }

  /** What the encoder makes of texts, and of labels' names where a map makes something of those. */
  #read(texts: readonly string[], names: readonly string[] | undefined, { map, tuned }: Fitting) {
    const encoder = encoderFor(this.#encoder, tuned);
    if (map === undefined || names === undefined) return { read: encoder.readSync(texts) };
    const { vectors, known } = encoder.readSync([...texts, ...names]);
    const part = (from: number, count: number): ReadTexts => ({
      vectors: vectors.narrow(0, from, count),
      known: known.slice(from, from + count),
    });
    const { length } = texts;
    return { read: part(0, length), names: nameVectors(part(length, names.length)) };
  }

  /** The answers of requests for one encoder. */
  #together(requests: readonly Request[]): (readonly [Request, Answer])[] {
    const encoder = encoderFor(this.#encoder, requests[0]?.scorer.tuned);
    const { vectors, known } = encoder.readSync(requests.flatMap(({ texts }) => texts));
    let from = 0;
    const answers = requests.map((request): readonly [Request, Answer] => {
      const { length } = request.texts;
      from += length;
      const scored = torch.scope(() =>
        score(request.scorer, vectors.narrow(0, from - length, length)),
      );
      return [request, { known: known.slice(from - length, from), scored }];
    });
    vectors.dispose();
    return answers;
  }

  /** Frees what was kept for the next fit. */
  [Symbol.dispose](): void {
    releaseAll(this.#map);
    this.#map = undefined;
  }

  #fitting(options: FitOptions, tuned: Tuned | undefined, check: Check | undefined): Fitting {
    return { options, map: this.#mapFor(tuned), tuned, check };
  }

  /** The encoder's map; a classifier's own encoder has none. */
  #mapFor(tuned: Tuned | undefined): HeadMap | undefined {
    if (tuned !== undefined) return undefined;
    if (this.#map === undefined) {
      const file = headMapFile(this.#encoder);
      this.#map = file === undefined ? null : torch.scope(() => shareAll(readHeadMap(file)));
    }
    return this.#map === null ? undefined : takeAll(this.#map);
  }
}
