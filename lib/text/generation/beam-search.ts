import { TorchError } from '../../errors';
import { disposeTree, mapTree, type Tensor, type Tree, torch } from '../../torch';

/** A model that writes n texts one token after another. */
export type Writer<S extends Tree> = {
  /** What it knows before the first token, of each text `[n, …]`; the search disposes of it. */
  start: S;
  /** What it knows after reading ids `[rows]`, and the logarithms of what comes next, `[rows, C]`. */
  advance(state: S, ids: Tensor): { state: S; logProbabilities: Tensor };
};

export type SearchOptions = {
  startId: number;
  endId: number;
  /** B: how many beginnings of each text are gone on with; 1 takes the most probable token each time. */
  beams: number;
  /** The most tokens of each text, its end not counted. */
  maxLengths: readonly number[];
  /** α of ln p / lengthᵅ, by which texts compare. */
  lengthPenalty: number;
};

/** A text that was written. */
export type Written = {
  /** Its tokens, without the end. */
  ids: readonly number[];
  /** ln p of the tokens, and of the end if it came. */
  logProbability: number;
  /** False where it was cut off at the most tokens. */
  ended: boolean;
};

/** A beginning of a text. */
type Beam = Written & {
  /** Where its state lies. */
  row: number;
  /** Whether it has ended or was cut off. */
  done: boolean;
  /** Whether each of its tokens is the most probable one after those before. */
  greedy: boolean;
};

/**
 * Beam search: of the continuations of B beginnings the B best go on, until they have ended. They compare by
 * ln p / lengthᵅ, since longer texts are less probable. Alex Graves: Sequence Transduction with Recurrent Neural
 * Networks, 2012; the length as in Yonghui Wu et al.: Google's Neural Machine Translation System, 2016, without its
 * constant. The beginning that takes the most probable token each time goes on as well, so that what is found is never
 * worse than it. A text that has the most tokens ends if that is what is most probable then, and else is cut off.
 *
 * It comes up for air after every token.
 *
 * @throws TorchError `ERR_TORCH_RUNTIME` for probabilities that are no numbers
 */
export function* beamSearch<S extends Tree>(
  writer: Writer<S>,
  options: SearchOptions,
): Generator<void, Written[]> {
  const { startId, beams, maxLengths, lengthPenalty } = options;
  const scoreOf = ({ ids, ended, logProbability }: Written): number =>
    logProbability / Math.max(1, ids.length + Number(ended)) ** lengthPenalty;
  let texts: Beam[][] = maxLengths.map((_, row) => [
    { ids: [], logProbability: 0, ended: false, row, done: false, greedy: true },
  ]);
  let state = writer.start;
  try {
    for (;;) {
      const open = texts.flat().filter(({ done }) => !done);
      if (open.length === 0) break;
      let best: Best = { ids: [], logProbabilities: [] };
      state = torch.replace(state, (before) => {
        const next = torch.noGrad(() => advanced(writer, before, open, startId));
        best = bestOf(next.logProbabilities, beams);
        return next.state;
      });
      const rows = new Map(open.map((beam, row) => [beam, row]));
      texts = texts.map((own, i) =>
        own
          .flatMap((beam) => continued(beam, rows.get(beam), best, options.endId, maxLengths[i]))
          .sort((a, b) => scoreOf(b) - scoreOf(a))
          .filter(({ greedy }, place) => greedy || place < beams),
      );
      yield;
    }
  } finally {
    disposeTree(state);
  }
  return texts.map(([best]) => {
    const { ids = [], logProbability = 0, ended = false } = best ?? {};
    return { ids, logProbability, ended };
  });
}

/** Reads the last token of each beginning. */
function advanced<S extends Tree>(
  writer: Writer<S>,
  state: S,
  open: readonly Beam[],
  startId: number,
) {
  const rows = torch.tensor(BigInt64Array.from(open, ({ row }) => BigInt(row)));
  const own = mapTree(([all]) => all.indexSelect(0, rows), state);
  const last = open.map(({ ids }) => BigInt(ids.at(-1) ?? startId));
  return writer.advance(own, torch.tensor(BigInt64Array.from(last)));
}

type Best = { ids: number[][]; logProbabilities: number[][] };

/** The B most probable tokens of each row. */
function bestOf(logProbabilities: Tensor, beams: number): Best {
  const count = Math.min(beams, logProbabilities.size(-1));
  const [values, ids] = logProbabilities.topk(count, -1);
  const found = values.tolist() as number[][];
  if (found.flat().some(Number.isNaN)) {
    const message =
      'Expected probabilities of what comes next but received NaN: training has diverged';
    throw new TorchError('ERR_TORCH_RUNTIME', message);
  }
  return {
    ids: (ids.tolist() as bigint[][]).map((row) => row.map(Number)),
    logProbabilities: found,
  };
}

/** What a beginning goes on to: itself if it is done, and where it has `most` tokens its end, or that it is cut off. */
function continued(
  beam: Beam,
  row: number | undefined,
  best: Best,
  endId: number,
  most = 0,
): Beam[] {
  if (row === undefined) return [beam];
  const [first, ...others] = (best.ids[row] ?? []).map((id, i): Beam => {
    const logProbability = beam.logProbability + (best.logProbabilities[row]?.[i] ?? -Infinity);
    const ended = id === endId;
    const greedy = beam.greedy && i === 0;
    const ids = ended ? beam.ids : [...beam.ids, id];
    return { ids, logProbability, ended, row, done: ended, greedy };
  });
  if (first === undefined) return [];
  if (beam.ids.length < most) return [first, ...others];
  return [first.ended ? first : { ...beam, done: true }];
}
