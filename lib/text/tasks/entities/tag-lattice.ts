import { BEGIN, INSIDE, OUTSIDE } from './tagged-tokens';

/**
 * Scores of moves between places of any type, `[from][to]`: from and to `OUTSIDE`, `BEGIN` or `INSIDE`, and as a
 * fourth row from the beginning of a sentence. Yi Yang and Arzoo Katiyar: Simple and Effective Few-Shot Named
 * Entity Recognition with Structured Nearest Neighbor Learning, EMNLP 2020, call them abstract transitions.
 */
export type Transitions = readonly (readonly number[])[];

/** The row of transitions from the beginning of a sentence. */
export const START = 3;

/** The scores of a sentence's n tokens, as logarithms. */
export type TokenScores = {
  /** `[n][3]`: that the token is outside of entities, begins one, or goes on with one. */
  readonly places: readonly (readonly number[])[];
  /** `[n][K]`: of each type, if it is in an entity. */
  readonly types: readonly (readonly number[])[];
};

/** An entity of type number `type`, and how probable it is among all ways to tag the sentence. */
export type LatticeEntity = {
  readonly type: number;
  readonly start: number;
  readonly end: number;
  readonly probability: number;
};

/** What joins the scores of several ways: the best of them, or all. */
type Join = (scores: readonly number[]) => number;

const best: Join = (scores) => scores.reduce((a, b) => Math.max(a, b), -Infinity);

const all: Join = (scores) => {
  const most = best(scores);
  if (most === -Infinity) return most;
  return most + Math.log(scores.reduce((sum, score) => sum + Math.exp(score - most), 0));
};

/** Of a token: the score of all ways, or the best one, that end with it outside, or beginning or inside each type. */
type Column = { outside: number; begin: number[]; inside: number[] };

/**
 * The entities of the best sequence of tags: an entity begins with `BEGIN`, and `INSIDE` goes on with the type of
 * the token before. Of `n` tokens and `K` types it takes n·K steps, since scores of moves do not depend on types.
 */
export function bestEntities(scores: TokenScores, transitions: Transitions): LatticeEntity[] {
  const columns = forward(scores, transitions, best);
  const probability = probabilities(scores, transitions);
  const entities: LatticeEntity[] = [];
  let end = 0;
  // The type that the token after goes on with; −1 if it goes on with none.
  let inside = -1;
  let next = -1;
  for (let i = columns.length - 1; i >= 0; i--) {
    const column = columns[i];
    if (column === undefined) continue;
    const state =
      inside < 0 ? lastState(column, next, transitions) : goesOn(column, inside, transitions);
    const { place, type } = state;
    if (place !== OUTSIDE && inside < 0) end = i + 1;
    if (place === BEGIN)
      entities.push({ type, start: i, end, probability: probability(type, i, end) });
    inside = place === INSIDE ? type : -1;
    next = place;
  }
  return entities.toReversed();
}

type State = { place: number; type: number };

/** The best state of a token before one at `next`, which does not go on with its entity; −1 after the last. */
function lastState(
  { outside, begin, inside }: Column,
  next: number,
  transitions: Transitions,
): State {
  const move = (from: number): number => (next < 0 ? 0 : at(transitions, from, next));
  let state: State = { place: OUTSIDE, type: -1 };
  let most = outside + move(OUTSIDE);
  for (const [place, row] of [
    [BEGIN, begin],
    [INSIDE, inside],
  ] as const) {
    for (const [type, score] of row.entries()) {
      if (score + move(place) <= most) continue;
      most = score + move(place);
      state = { place, type };
    }
  }
  return state;
}

/** Whether the entity of a token inside type `type` begins with the token before it. */
function goesOn({ begin, inside }: Column, type: number, transitions: Transitions): State {
  const first = (begin[type] ?? -Infinity) + at(transitions, BEGIN, INSIDE);
  const later = (inside[type] ?? -Infinity) + at(transitions, INSIDE, INSIDE);
  return { place: first >= later ? BEGIN : INSIDE, type };
}

function forward({ places, types }: TokenScores, transitions: Transitions, join: Join): Column[] {
  const columns: Column[] = [];
  for (const [i, own] of places.entries()) {
    const before = columns[i - 1];
    const enter = (to: number): number =>
      before === undefined
        ? at(transitions, START, to)
        : join([
            before.outside + at(transitions, OUTSIDE, to),
            join(before.begin) + at(transitions, BEGIN, to),
            join(before.inside) + at(transitions, INSIDE, to),
          ]);
    const [outside, begin] = [enter(OUTSIDE), enter(BEGIN)];
    const typed = types[i] ?? [];
    columns.push({
      outside: outside + (own[OUTSIDE] ?? 0),
      begin: typed.map((score) => begin + (own[BEGIN] ?? 0) + score),
      inside: typed.map((score, type) => {
        const first = (before?.begin[type] ?? -Infinity) + at(transitions, BEGIN, INSIDE);
        const later = (before?.inside[type] ?? -Infinity) + at(transitions, INSIDE, INSIDE);
        return join([first, later]) + (own[INSIDE] ?? 0) + score;
      }),
    });
  }
  return columns;
}

/** Of each token: the score of all that can follow it. */
function backward({ places, types }: TokenScores, transitions: Transitions): Column[] {
  const columns: Column[] = [];
  for (let i = places.length - 1; i >= 0; i--) {
    const leave = leaving(columns[0], i + 1, { places, types }, transitions);
    const after = columns[0];
    const stay = (from: number, type: number): number =>
      (after?.inside[type] ?? -Infinity) +
      at(transitions, from, INSIDE) +
      (places[i + 1]?.[INSIDE] ?? 0) +
      (types[i + 1]?.[type] ?? 0);
    const both = (from: number) =>
      (types[i] ?? []).map((_, type) => all([leave(from), stay(from, type)]));
    columns.unshift({ outside: leave(OUTSIDE), begin: both(BEGIN), inside: both(INSIDE) });
  }
  return columns;
}

/** From a place to all that follows at token `i` without going on with an entity. */
function leaving(
  after: Column | undefined,
  i: number,
  { places, types }: TokenScores,
  transitions: Transitions,
): (from: number) => number {
  if (after === undefined) return () => 0;
  const outside = after.outside + (places[i]?.[OUTSIDE] ?? 0);
  const begin = all(after.begin.map((score, type) => score + (types[i]?.[type] ?? 0)));
  const entered = begin + (places[i]?.[BEGIN] ?? 0);
  return (from) =>
    all([outside + at(transitions, from, OUTSIDE), entered + at(transitions, from, BEGIN)]);
}

/** How probable an entity is: the share of all ways to tag the sentence that have it, by their scores. */
function probabilities(
  scores: TokenScores,
  transitions: Transitions,
): (type: number, start: number, end: number) => number {
  const before = forward(scores, transitions, all);
  const after = backward(scores, transitions);
  const last = before.at(-1);
  const total = last === undefined ? 0 : all([last.outside, ...last.begin, ...last.inside]);
  return (type, start, end) => {
    let score = before[start]?.begin[type] ?? -Infinity;
    for (let i = start + 1; i < end; i++) {
      score += at(transitions, i === start + 1 ? BEGIN : INSIDE, INSIDE);
      score += (scores.places[i]?.[INSIDE] ?? 0) + (scores.types[i]?.[type] ?? 0);
    }
    const leave = leaving(after[end], end, scores, transitions);
    const place = end - start > 1 ? INSIDE : BEGIN;
    return Math.min(1, Math.exp(score + leave(place) - total));
  };
}

function at(transitions: Transitions, from: number, to: number): number {
  return transitions[from]?.[to] ?? 0;
}
