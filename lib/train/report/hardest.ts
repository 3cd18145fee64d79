import { compareQueries, NONE, probabilityOf, type QueryTable } from '../metrics/query-table';
import type { NearestExample, QueryPrediction } from './predictions';

/** A text that was answered wrongly, as often as it was asked. */
export type HardText = {
  readonly source?: string;
  readonly row: number | string;
  readonly text?: string;
  /** The true label; null out of scope. */
  readonly label: string | null;
  readonly asked: number;
  readonly wrong: number;
  /** The mean probability of the true label; of a text out of scope, 1 − that of the answers. */
  readonly probability: number;
  /** The wrong answer that was given with the greatest probability; null if it was refused. */
  readonly predicted: string | null;
  readonly confidence: number;
  /** The examples that the text was most like then. */
  readonly nearest?: readonly NearestExample[];
};

/**
 * The texts whose answers were the furthest from right: those of the least probability of the true label, as a mean
 * over all times that the text was asked.
 */
export function hardest(table: QueryTable, most: number, texts: boolean): HardText[] {
  const byText = new Map<string, number[]>();
  for (const [place, { source, row, label }] of table.queries.entries()) {
    const key = JSON.stringify([source, row, label]);
    const own = byText.get(key);
    if (own === undefined) byText.set(key, [place]);
    else own.push(place);
  }
  return [...byText.values()]
    .flatMap((places) => hardText(table, places) ?? [])
    .sort((a, b) => a.hard.probability - b.hard.probability || compareQueries(a.query, b.query))
    .slice(0, most)
    .map(({ hard }) => (texts ? hard : withoutText(hard)));
}

function hardText(
  table: QueryTable,
  places: readonly number[],
): { hard: HardText; query: QueryPrediction } | undefined {
  const wrong = places.filter((place) => !table.right[place]);
  const confidenceOf = (place: number) => table.confidence[place] ?? 0;
  const [first, ...others] = wrong;
  if (first === undefined) return undefined;
  const worst = others.reduce((a, b) => (confidenceOf(b) > confidenceOf(a) ? b : a), first);
  const query = table.queries[worst];
  if (query === undefined) return undefined;
  const { source, row, text, label, predicted, nearest } = query;
  const sum = places.reduce((total, place) => total + rightness(table, place), 0);
  return {
    query,
    hard: {
      ...(source !== undefined && { source }),
      row,
      ...(text !== undefined && { text }),
      label,
      asked: places.length,
      wrong: wrong.length,
      probability: sum / places.length,
      predicted,
      confidence: confidenceOf(worst),
      ...(nearest && { nearest }),
    },
  };
}

function rightness({ queries, truth, confidence }: QueryTable, place: number): number {
  const query = queries[place];
  if (query === undefined || truth[place] === NONE) return 1 - (confidence[place] ?? 0);
  return probabilityOf(query, query.label);
}

function withoutText({ text: _, nearest, ...rest }: HardText): HardText {
  const bare = nearest?.map(({ text: __, ...example }) => example);
  return { ...rest, ...(bare && { nearest: bare }) };
}
