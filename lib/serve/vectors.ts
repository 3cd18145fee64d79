import { type Tensor, torch } from '../torch';
import { indices } from './heads/features';

/**
 * The vectors `[n, D]` of examples in parts, one after the other: a few more need no copy of all. Parts never change.
 */
export type Vectors = readonly Tensor[];

/** Rows that are copied whenever some are added; those before them only once there are more. */
const MOST_COPIED = 512;

export const countOf = (parts: Vectors): number =>
  parts.reduce((sum, part) => sum + part.size(0), 0);

/** All in one. */
export function whole(parts: Vectors): Tensor {
  const [first] = parts;
  return first !== undefined && parts.length === 1 ? first : torch.cat([...parts]);
}

/** The vectors with more behind them. */
export function withRows([first, ...last]: Vectors, added: Tensor): Vectors {
  const rest = last.length === 0 ? added : torch.cat([...last, added]);
  if (first === undefined) return [rest];
  const long = first.size(0) > MOST_COPIED && rest.size(0) <= MOST_COPIED;
  // A handle of its own, as whoever has the vectors before may dispose of them.
  return long ? [first.detach(), rest] : [torch.cat([first, rest])];
}

/** `[m, D]`: those at `rows`. */
export function rowsAt(parts: Vectors, rows: readonly number[]): Tensor {
  const [first, last] = [parts.at(0), parts.at(-1)];
  if (first === undefined || last === undefined || first === last) {
    return whole(parts).indexSelect(0, indices(rows));
  }
  return torch.scope(() => {
    const from = first.size(0);
    const places = [...rows.keys()];
    const later = places.filter((i) => (rows[i] ?? 0) >= from);
    const found = first.indexSelect(0, indices(rows.map((row) => (row < from ? row : 0))));
    const others = last.indexSelect(0, indices(later.map((i) => (rows[i] ?? 0) - from)));
    return found.indexCopy(0, indices(later), others);
  });
}

/** The inner products `[q, n]` of vectors `[q, D]` with all. */
export function productsWith(x: Tensor, parts: Vectors): Tensor {
  const products = parts.map((part) => x.matmul(part.mT));
  const [first] = products;
  return first !== undefined && products.length === 1 ? first : torch.cat(products, 1);
}

/** The elements as a typed array, which threads hand over without copying. */
export const numbers = (x: Tensor): Float64Array =>
  x.to('float64').data(new Float64Array(x.numel()));
