import { inspect } from 'node:util';
import { binding } from '../binding';
import { elementCount } from '../check-tensors';
import { defaultComplexDtype, getDefaultDtype } from '../defaults/default-dtype';
import type { Dtype } from '../dtype';
import { handleOf } from '../handle';
import { scope } from '../scope';
import type { NestedArray, Tensor } from '../tensor';
import { chooseFormat, type Element, type ElementFormat } from './number-format';
import { printOptions } from './print-options';

const PREFIX = 'tensor(';

/** Those that literals have, which are not printed. */
const usualDtypes = (): readonly Dtype[] => [
  getDefaultDtype(),
  defaultComplexDtype(),
  'int64',
  'bool',
];

/** The part of a tensor that is printed: all elements or a sample, and what was left out. */
type Sample = {
  readonly items: NestedArray<Element>;
  /** For every dimension, whether its middle is missing. */
  readonly cut: readonly boolean[];
  readonly format: ElementFormat;
};

/**
 * A tensor as PyTorch's `repr` writes it. Of a large tensor only the edges are read; nothing is
 * recorded, and no tensor stays. A sparse tensor is coalesced first.
 */
export function formatTensor(tensor: Tensor): string {
  if (tensor.isDisposed) return `${PREFIX}disposed)`;
  return scope(() => {
    const suffixes = tensor.device === 'cpu' ? [] : [`device='${tensor.device}'`];
    const isCoo = tensor.layout === 'sparse_coo';
    const body = tensor.layout.startsWith('sparse')
      ? formatSparse(tensor.detach(), suffixes)
      : formatDense(tensor, suffixes);
    if (tensor.layout !== 'strided') suffixes.push(`layout=torch.${tensor.layout}`);
    const origin = originOf(tensor);
    if (origin !== undefined) suffixes.push(origin);
    return addSuffixes(`${PREFIX}${body}`, suffixes, isCoo);
  });
}

function originOf(tensor: Tensor): string | undefined {
  const { gradFn } = tensor;
  if (gradFn !== null) return `grad_fn=<${gradFn.name}>`;
  return tensor.requiresGrad ? 'requires_grad=True' : undefined;
}

function formatDense(tensor: Tensor, suffixes: string[]): string {
  const { shape, dtype } = tensor;
  const isMeta = tensor.device.startsWith('meta');
  const isEmpty = shape.includes(0);
  if (isMeta || (isEmpty && shape.length !== 1)) suffixes.push(`size=${tuple(shape)}`);
  // Without elements nothing shows that a tensor is one of integers or booleans.
  const usual = isMeta || isEmpty ? [getDefaultDtype()] : usualDtypes();
  if (!usual.includes(dtype)) suffixes.push(`dtype=torch.${dtype}`);
  if (isMeta) return '...';
  const dense = tensor.layout === 'strided' ? tensor.detach() : tensor.detach().toDense();
  return formatElements(dense, PREFIX.length);
}

function formatSparse(tensor: Tensor, suffixes: string[]): string {
  const [parts, count] = tensor.layout === 'sparse_coo' ? partsOfCoo(tensor) : partsOfRows(tensor);
  suffixes.push(`size=${tuple(tensor.shape)}`, `nnz=${count}`);
  if (!usualDtypes().includes(tensor.dtype)) suffixes.push(`dtype=torch.${tensor.dtype}`);
  const written = Object.entries(parts).map(([name, part]) => {
    const start = `${name}=${PREFIX}`;
    const size = part.shape.includes(0) ? `, size=${tuple(part.shape)}` : '';
    return `${start}${formatElements(part, PREFIX.length + start.length)}${size})`;
  });
  return written.join(`,\n${' '.repeat(PREFIX.length)}`);
}

function partsOfCoo(tensor: Tensor): [Record<string, Tensor>, number] {
  const coalesced = tensor.coalesce();
  const values = coalesced.values();
  return [{ indices: coalesced.indices(), values }, values.shape[0] ?? 0];
}

function partsOfRows(tensor: Tensor): [Record<string, Tensor>, number] {
  const values = tensor.values();
  const isByRow = tensor.layout === 'sparse_csr' || tensor.layout === 'sparse_bsr';
  const plain = isByRow ? tensor.colIndices() : tensor.rowIndices();
  const indices = isByRow
    ? { crow_indices: tensor.crowIndices(), col_indices: plain }
    : { ccol_indices: tensor.ccolIndices(), row_indices: plain };
  return [{ ...indices, values }, plain.shape.at(-1) ?? 0];
}

function tuple(shape: readonly number[]): string {
  return shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
}

function formatElements(tensor: Tensor, indent: number): string {
  const { shape, dtype } = tensor;
  if (shape.includes(0)) return '[]';
  const isLarge = elementCount(shape) > printOptions.threshold;
  const cut = shape.map((size) => isLarge && size > 2 * printOptions.edgeItems);
  const items = edges(tensor, cut, 0);
  const elements: Element[] = [];
  flatten(items, elements);
  return formatItems({ items, cut, format: chooseFormat(elements, dtype) }, items, 0, indent);
}

/** The elements without the middles of the dimensions that are cut. */
function edges(tensor: Tensor, cut: readonly boolean[], dim: number): NestedArray<Element> {
  if (dim === cut.length) return tensor.tolist();
  if (cut[dim] !== true) return edges(tensor, cut, dim + 1);
  const size = tensor.shape[dim] ?? 0;
  const start = edges(tensor.narrow(dim, 0, printOptions.edgeItems), cut, dim + 1);
  const end = edges(
    tensor.narrow(dim, size - printOptions.edgeItems, printOptions.edgeItems),
    cut,
    dim + 1,
  );
  return join(start, end, dim);
}

function join(
  start: NestedArray<Element>,
  end: NestedArray<Element>,
  dim: number,
): NestedArray<Element> {
  if (!Array.isArray(start) || !Array.isArray(end)) return start;
  if (dim === 0) return [...start, ...end];
  return start.map((item, i) => join(item, end[i] ?? item, dim - 1));
}

function flatten(items: NestedArray<Element>, elements: Element[]): void {
  if (Array.isArray(items)) for (const item of items) flatten(item, elements);
  else elements.push(items);
}

function formatItems(
  sample: Sample,
  items: NestedArray<Element>,
  dim: number,
  indent: number,
): string {
  if (!Array.isArray(items)) return sample.format.format(items);
  const written = items.map((item) => formatItems(sample, item, dim + 1, indent + 1));
  const isRow = dim === sample.cut.length - 1;
  if (sample.cut[dim] === true) written.splice(printOptions.edgeItems, 0, isRow ? ' ...' : '...');
  const margin = ' '.repeat(indent + 1);
  if (!isRow) {
    const gap = '\n'.repeat(sample.cut.length - dim - 1);
    return `[${written.join(`,${gap}${margin}`)}]`;
  }
  const perLine = Math.max(
    1,
    Math.floor((printOptions.lineWidth - indent) / (sample.format.width + 2)),
  );
  const lines: string[] = [];
  for (let at = 0; at < written.length; at += perLine) {
    lines.push(written.slice(at, at + perLine).join(', '));
  }
  return `[${lines.join(`,\n${margin}`)}]`;
}

function addSuffixes(start: string, suffixes: readonly string[], onNewLine: boolean): string {
  let text = start;
  // PyTorch counts two columns more for the body's last line than it has.
  let column = start.length - start.lastIndexOf('\n') + 1;
  let breaks = onNewLine;
  for (const suffix of suffixes) {
    if (breaks || column + suffix.length + 2 > printOptions.lineWidth) {
      text += `,\n${' '.repeat(PREFIX.length)}${suffix}`;
      column = PREFIX.length + suffix.length;
    } else {
      text += `, ${suffix}`;
      column += suffix.length + 2;
    }
    breaks = false;
  }
  return `${text})`;
}

/** How a tensor writes itself: for strings, and for consoles and debuggers. */
export const printing = {
  toString(this: Tensor): string {
    return formatTensor(this);
  },

  [inspect.custom](this: Tensor): string {
    if (this.isDisposed || !binding.isBatched(handleOf(this))) return formatTensor(this);
    // Logs and debuggers describe what cannot be read.
    return `tensor(each sample of vmap, size=(${this.shape.join(', ')}), dtype=torch.${this.dtype})`;
  },
};
