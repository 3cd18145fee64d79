import type { Episodes, Examples } from '../../meta';
import { cachedFeatures } from '../../text/encoders/cached-features';
import { SentenceEncoder } from '../../text/encoders/sentence-encoder';
import type { EpisodeRows, EpisodeSampler, LabeledRows } from '../../text/episodes/episode-sampler';
import type { Vectorizer } from '../../text/vectorizer';
import { type Tensor, type Tree, torch } from '../../torch';

/** The vectors of a frozen encoder for all texts of a run, each computed once. */
export type Features = {
  /** `[n, D]` */
  readonly x: Tensor;
  /** The row of each text. */
  readonly rows: ReadonlyMap<string, number>;
};

/**
 * Computes the vectors of texts, if they are those of an encoder that stays as it is.
 *
 * @param folder where they are kept for other runs; see `cachedFeatures`
 */
export async function featuresOf(
  vectorizer: Vectorizer<Tree>,
  texts: Iterable<string>,
  folder: string | undefined,
  signal: AbortSignal | undefined,
): Promise<Features | undefined> {
  if (!(vectorizer instanceof SentenceEncoder)) return undefined;
  const distinct = [...new Set(texts)];
  const options = { ...(signal && { signal }) };
  const x = await (folder === undefined
    ? vectorizer.encode(distinct, options)
    : cachedFeatures(vectorizer, distinct, folder, options));
  return { x, rows: new Map(distinct.map((text, row) => [text, row])) };
}

/** Makes episodes of a sampler by looking their vectors up. */
export function lookup(
  { x, rows }: Features,
  sampler: EpisodeSampler,
): (episodes: readonly EpisodeRows[]) => Episodes<Tensor> {
  const rowOf = BigInt64Array.from(sampler.texts, (text) => BigInt(rows.get(text) ?? 0));
  const examples = (lists: readonly LabeledRows[]): Examples => {
    const shape = [lists.length, lists[0]?.rows.length ?? 0];
    const at = lists.flatMap((list) => Array.from(list.rows, (row) => rowOf[row] ?? 0n));
    const labels = lists.flatMap((list) => Array.from(list.labels, BigInt));
    return {
      inputs: x.indexSelect(0, torch.tensor(BigInt64Array.from(at))).unflatten(0, shape),
      labels: torch.tensor(BigInt64Array.from(labels), { shape }),
    };
  };
  return (episodes) =>
    torch.scope(() => ({
      ways: sampler.ways.maxWays,
      support: examples(episodes.map(({ support }) => support)),
      query: examples(episodes.map(({ query }) => query)),
      classes: torch.tensor(
        BigInt64Array.from(episodes.flatMap(({ classes }) => Array.from(classes, BigInt))),
        { shape: [episodes.length, sampler.ways.maxWays] },
      ),
    }));
}
