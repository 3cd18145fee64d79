import type { LabeledText } from '../text';
import { type Tensor, torch } from '../torch';
import { type FitOptions, type Fitted, fitExamples, refitted } from './fitted';
import { unit } from './heads/features';
import type { Examples } from './heads/head';
import { indices } from './heads/held-out';

/** What a classifier knows. Plain values and tensors that never change: an edit makes another one. */
export type State = {
  labels: readonly string[];
  /** The examples, in the order of their rows. */
  rows: readonly LabeledText[];
  /** Their vectors `[n, D]`, of length 1, and the numbers of their labels `[n]`, int64. */
  x: Tensor;
  y: Tensor;
  fitted: Fitted;
};

/** The state that examples and their vectors `[n, D]` make. */
export function stateOf(
  labels: readonly string[],
  rows: readonly LabeledText[],
  vectors: Tensor,
  options: FitOptions,
): State {
  return torch.scope(() =>
    assemble(labels, rows, unit(vectors), (own) => fitExamples(own, options)),
  );
}

/** The state with more examples, of labels old or new. The head stays the same one. */
export function withExamples(
  state: State,
  added: readonly LabeledText[],
  vectors: Tensor,
  options: FitOptions,
): State {
  return torch.scope(() => {
    const labels = [...new Set([...state.labels, ...added.map(({ label }) => label)])];
    const rows = [...state.rows, ...added];
    const x = torch.cat([state.x, unit(vectors)]);
    const grown = labels.length > state.labels.length;
    const head = state.fitted.head;
    return assemble(labels, rows, x, (own) =>
      grown
        ? fitExamples(own, { ...options, head })
        : refitted(state.fitted, own, added.length, options),
    );
  });
}

/** The state of the rows for which `kept` holds; a label without rows is gone. */
export function withRows(
  state: State,
  kept: (row: LabeledText) => boolean,
  options: FitOptions,
): State {
  return torch.scope(() => {
    const numbers = [...state.rows.keys()].filter((i) => {
      const row = state.rows[i];
      return row !== undefined && kept(row);
    });
    const rows = numbers.flatMap((i) => state.rows[i] ?? []);
    const labels = state.labels.filter((label) => rows.some((row) => row.label === label));
    const x = state.x.indexSelect(0, indices(numbers));
    const head = state.fitted.head;
    return assemble(labels, rows, x, (own) => fitExamples(own, { ...options, head }));
  });
}

/** The state with another name for a label; its tensors are the same. */
export function withName(state: State, label: string, name: string): State {
  const rename = (one: string): string => (one === label ? name : one);
  return {
    ...state,
    labels: state.labels.map(rename),
    rows: state.rows.map(({ text, label: own }) => ({ text, label: rename(own) })),
  };
}

function assemble(
  labels: readonly string[],
  rows: readonly LabeledText[],
  x: Tensor,
  fit: (features: Examples & { texts: readonly string[] }) => Fitted,
): State {
  const numbers = new Map(labels.map((label, i) => [label, i]));
  const y = indices(rows.map(({ label }) => numbers.get(label) ?? 0));
  const texts = rows.map(({ text }) => text);
  return { labels, rows, x, y, fitted: fit({ x, y, labels: labels.length, texts }) };
}
