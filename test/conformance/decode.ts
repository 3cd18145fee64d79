import { type Tensor, torch } from '../../lib/torch';
import type { Encoded, EncodedTensor } from './record';

/** Where the tensors of a record are. */
export type TensorSource = { tensor(name: string): Tensor };

/** Makes values of what the exporter has written. Tensors that need gradients land in `leaves`. */
export class Decoder {
  readonly leaves: Tensor[] = [];
  readonly #source: TensorSource;

  constructor(source: TensorSource) {
    this.#source = source;
  }

  value(encoded: Encoded): unknown {
    if (Array.isArray(encoded)) return encoded.map((item) => this.value(item));
    if (typeof encoded !== 'object' || encoded === null) return encoded;
    if ('int' in encoded) return BigInt(encoded.int);
    if ('number' in encoded) return special(encoded.number);
    if ('complex' in encoded) {
      const [re, im] = encoded.complex;
      return { re: this.value(re), im: this.value(im) };
    }
    return this.tensor(encoded);
  }

  tensor(encoded: EncodedTensor): Tensor {
    const { leaf } = encoded;
    if (leaf === undefined) return this.#make(encoded);
    const known = this.leaves[leaf];
    if (known !== undefined) return known;
    const made = this.#make(encoded).detach().requiresGrad_();
    this.leaves[leaf] = made;
    return made;
  }

  #make(encoded: EncodedTensor): Tensor {
    if ('pairs' in encoded) return this.tensor(encoded.pairs).viewAsComplex();
    if ('sparse' in encoded) {
      const [indices, values] = encoded.sparse.map((part) => this.tensor(part));
      if (indices === undefined || values === undefined) throw new Error('Expected two parts');
      const made = torch.sparseCooTensor(indices, values, encoded.shape);
      return encoded.coalesced ? made.coalesce() : made;
    }
    if ('csr' in encoded) {
      const [rows, columns, values] = encoded.csr.map((part) => this.tensor(part));
      if (rows === undefined || columns === undefined || values === undefined) {
        throw new Error('Expected three parts');
      }
      return torch.sparseCsrTensor(rows, columns, values, encoded.shape, {
        dtype: values.dtype,
        layout: 'sparse_csr',
      });
    }
    const stored = this.#source.tensor(encoded.tensor);
    const { shape, strides, offset } = encoded;
    if (shape === undefined || strides === undefined || offset === undefined) return stored;
    return stored.asStrided(shape, strides, offset);
  }
}

function special(text: string): number {
  return { inf: Infinity, '-inf': -Infinity }[text] ?? Number.NaN;
}
