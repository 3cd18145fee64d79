import { camelCase } from './camel-case';

/** The namespaces of `torch`: where an operator is that PyTorch has in a module of its own. */
export const NAMESPACES = ['linalg', 'fft', 'special', 'sparse'] as const;

export type Namespace = (typeof NAMESPACES)[number];

/** Where an operator is found: `torch.linalg.inv` or, without a namespace, `torch.add`. */
export type Place = { readonly namespace: Namespace | undefined; readonly name: string };

// PyTorch's `torch.sparse` has operators that libtorch names as private ones, and `torch` those that only
// begin with the word, such as `sparse_coo_tensor`.
const SPARSE: Readonly<Record<string, string>> = {
  sparse_sampled_addmm: 'sampled_addmm',
  _sparse_addmm: 'addmm',
  _sparse_log_softmax: 'log_softmax',
  _sparse_mm: 'mm',
  _sparse_softmax: 'softmax',
  _sparse_sum: 'sum',
  _spdiags: 'spdiags',
  _spsolve: 'spsolve',
};

const PREFIXED = /^(linalg|fft|special)_([a-z].*)$/;

/** Where the operator of a name in libtorch is found, for example of `linalg_inv`. */
export function placeOf(name: string): Place {
  const sparse = SPARSE[name];
  if (sparse !== undefined) return { namespace: 'sparse', name: camelCase(sparse) };
  const [, namespace, rest] = PREFIXED.exec(name) ?? [];
  if (namespace === undefined || rest === undefined) {
    return { namespace: undefined, name: camelCase(name) };
  }
  return { namespace: namespace as Namespace, name: camelCase(rest) };
}

/** An operator as callers write it: `linalg.inv` for `aten::linalg_inv`, `add` for `aten::add`. */
export function publicName(operator: string): string {
  const { namespace, name } = placeOf(operator.replace(/^(?:aten|metatorch)::/, ''));
  return namespace === undefined ? name : `${namespace}.${name}`;
}
