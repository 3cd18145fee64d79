import { normalize } from '../../../meta/metric/normalize';
import {
  bestEntities,
  type Entity,
  type TaggedTokens,
  tokenTags,
} from '../../../text/tasks/entities';
import { type Tensor, torch } from '../../../torch';
import { indices } from '../../heads/features';
import { type LogisticState, logistic } from '../../heads/logistic';
import { type Boundaries, fitBoundaries, placeScores } from './boundaries';

/** What examples of entities say: where they begin and end, and of which type they are. */
export type FittedEntities = {
  readonly boundaries: Boundaries;
  /** Tells the types of tokens inside of entities apart. */
  readonly types: LogisticState;
};

/** An entity and how probable it is, among all ways to tag its sentence. */
export type RatedEntity = Entity & { readonly probability: number };

/** The names of the types in examples, in the order of their first entity. */
export function typesOf(sentences: readonly TaggedTokens[]): string[] {
  return [...new Set(sentences.flatMap(({ entities }) => entities.map(({ type }) => type)))];
}

/**
 * Learns from sentences whose words have the features `x`, `[words, D]`:
 *
 *   P(tagᵢ) = P(placeᵢ | xᵢ) · P(typeᵢ | xᵢ, in an entity)
 *
 * The places are learned from all words, on top of `prior` where there is one; the types from the words of
 * entities alone, all types of the same weight. At least one sentence has an entity.
 */
export function fitEntities(
  x: Tensor,
  sentences: readonly TaggedTokens[],
  prior?: Boundaries,
): FittedEntities {
  const names = typesOf(sentences);
  const tags = sentences.flatMap(tokenTags);
  const rows = [...tags.keys()].filter((i) => tags[i]?.type !== undefined);
  return {
    boundaries: fitBoundaries(x, sentences, prior),
    types: torch.scope(() =>
      logistic.fit({
        x: normalize(x.indexSelect(0, indices(rows))),
        y: indices(rows.map((i) => names.indexOf(tags[i]?.type ?? ''))),
        labels: names.length,
      }),
    ),
  };
}

/** The entities of sentences of `lengths` words, whose features are `x`; `names` are those of the types. */
export function taggedBy(
  { boundaries, types }: FittedEntities,
  names: readonly string[],
  x: Tensor,
  lengths: readonly number[],
): RatedEntity[][] {
  const { places, kinds } = torch.scope(() => ({
    places: placeScores(boundaries, x).tolist() as number[][],
    kinds: logistic.scores(types, normalize(x)).logSoftmax(-1).tolist() as number[][],
  }));
  let from = 0;
  return lengths.map((length) => {
    const to = from + length;
    const scores = { places: places.slice(from, to), types: kinds.slice(from, to) };
    from = to;
    return bestEntities(scores, boundaries.transitions).map(({ type, ...where }) => ({
      type: names[type] ?? '',
      ...where,
    }));
  });
}
