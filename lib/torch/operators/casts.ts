import { refuseSurplus } from '../../check';
import { outOfRange } from '../../errors';
import { type Dtype, itemSize, SHORT_DTYPES } from '../dtype';
import type { Tensor } from '../tensor';

type Cast = (this: Tensor) => Tensor;

/** Conversions by PyTorch's short names: `x.float()` is `x.to('float32')`. */
export type CastMethods = Record<keyof typeof SHORT_DTYPES, () => Tensor> & {
  /** The tensor on the CPU. */
  cpu(): Tensor;
  /** The tensor on a GPU. Default: the first. */
  cuda(index?: number): Tensor;
  /** Bytes of one element. */
  elementSize(): number;
  /** The number of elements, as `numel`. */
  nelement(): number;
  /** The number of dimensions, as `ndim`. */
  ndimension(): number;
};

function castTo(dtype: Dtype): Cast {
  return function (this: Tensor, ...surplus: never[]) {
    refuseSurplus(surplus, dtype);
    return this.to(dtype);
  };
}

export const casts = {
  ...Object.fromEntries(Object.entries(SHORT_DTYPES).map(([name, dtype]) => [name, castTo(dtype)])),

  cpu(this: Tensor, ...surplus: never[]): Tensor {
    refuseSurplus(surplus, 'cpu');
    return this.to('cpu');
  },

  cuda(this: Tensor, index = 0, ...surplus: never[]): Tensor {
    refuseSurplus(surplus, 'cuda');
    if (Number.isSafeInteger(index) && index >= 0) return this.to(`cuda:${index}`);
    throw outOfRange('the number of a device', 'index', index, 'cuda');
  },

  elementSize(this: Tensor): number {
    return itemSize(this.dtype);
  },

  nelement(this: Tensor): number {
    return this.numel();
  },

  ndimension(this: Tensor): number {
    return this.ndim;
  },
};
