import { mapTree, type Tensor, type Tree, torch } from '../../torch';

/** A model that writes n texts one token after another. */
export type Writer<S extends Tree> = {
  /** What it knows before the first token, of each text `[n, …]`. */
  start: S;
  /** What it knows after reading ids `[rows]`, and the logarithms of what comes next, `[rows, C]`. */
  advance(state: S, ids: Tensor): { state: S; logProbabilities: Tensor };
};

export type SearchOptions = {
  startId: number;
  endId: number;
  /** B: how many beginnings of each text are gone on with; 1 takes the most probable token each time. */
  beams: number;
  /** The most tokens of each text, its end included. */
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
  /** Whether its end came before it had the most tokens. */
  ended: boolean;
};

/** A beginning of a text: `row` is where its state lies. */
type Beam = Written & { row: number };

/**
 * Beam search: of the continuations of B beginnings the B best go on, until they have ended. They compare by
 * ln p / lengthᵅ, since longer texts are less probable. Alex Graves: Sequence Transduction with Recurrent Neural
 * Networks, 2012; the length as in Yonghui Wu et al.: Google's Neural Machine Translation System, 2016, without its
 * constant.
 */
export function beamSearch<S extends Tree>(writer: Writer<S>, options: SearchOptions): Written[] {
  const { startId, beams, maxLengths, lengthPenalty } = options;
  const scoreOf = ({ ids, ended, logProbability }: Written): number =>
    logProbability / Math.max(1, ids.length + Number(ended)) ** lengthPenalty;
  let texts: Beam[][] = maxLengths.map((_, row) => [
    { ids: [], logProbability: 0, ended: false, row },
  ]);
  let state = writer.start;
  for (;;) {
    const open = texts.flatMap((own, i) => own.filter((beam) => goesOn(beam, maxLengths[i])));
    if (open.length === 0) break;
    const next = torch.scope(() => {
      const rows = torch.tensor(BigInt64Array.from(open, ({ row }) => BigInt(row)));
      const last = open.map(({ ids }) => BigInt(ids.at(-1) ?? startId));
      const own = mapTree(([all]) => all.indexSelect(0, rows), state);
      const step = writer.advance(own, torch.tensor(BigInt64Array.from(last)));
      return { state: step.state, best: bestOf(step.logProbabilities, beams) };
    });
    state = next.state;
    const found = new Map(
      open.map((beam, row) => [beam, continued(beam, row, next.best, options)]),
    );
    texts = texts.map((own) =>
      own
        .flatMap((beam) => found.get(beam) ?? [beam])
        .sort((a, b) => scoreOf(b) - scoreOf(a))
        .slice(0, beams),
    );
  }
  return texts.map(([best]) => {
    const { ids = [], logProbability = 0, ended = false } = best ?? {};
    return { ids, logProbability, ended };
  });
}

const goesOn = ({ ids, ended }: Written, most = 0): boolean => !ended && ids.length < most;

type Best = { ids: number[][]; logProbabilities: number[][] };

/** The B most probable tokens of each row. */
function bestOf(logProbabilities: Tensor, beams: number): Best {
  const count = Math.min(beams, logProbabilities.size(-1));
  const [values, ids] = logProbabilities.topk(count, -1);
  return {
    ids: (ids.tolist() as bigint[][]).map((row) => row.map(Number)),
    logProbabilities: values.tolist() as number[][],
  };
}

/** The beginnings that a beginning goes on to. */
function continued(beam: Beam, row: number, best: Best, { endId }: SearchOptions): Beam[] {
  return (best.ids[row] ?? []).map((id, i) => ({
    ids: id === endId ? beam.ids : [...beam.ids, id],
    logProbability: beam.logProbability + (best.logProbabilities[row]?.[i] ?? -Infinity),
    ended: id === endId,
    row,
  }));
}
