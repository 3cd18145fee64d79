import { type Tensor, torch } from '../../torch';

/** Distances from here on share the last bucket. */
const MOST_DISTANCE = 128;

/**
 * The bucket of each pair of `length` tokens, `[L, L]`, int64: half of the buckets for keys before the
 * query, half for those after; in each half near distances have a bucket of their own, far ones share
 * them logarithmically. Raffel et al. 2020, «Exploring the Limits of Transfer Learning», as MPNet has it.
 */
export function relativeBuckets(length: number, buckets: number, device = 'cpu'): Tensor {
  return torch.scope(() => {
    const half = Math.floor(buckets / 2);
    const exact = Math.floor(half / 2);
    const place = torch.arange(0, length, 1, { dtype: 'int64', device });
    const ahead = place.unsqueeze(0).sub(place.unsqueeze(1));
    const distance = ahead.abs();
    // In float32 as PyTorch has it, so that what lies on a border falls to the same side.
    const far = distance
      .to('float32')
      .div(exact)
      .log()
      .div(Math.log(MOST_DISTANCE / exact))
      .mul(half - exact)
      .clampMin(0)
      .to('int64')
      .add(exact)
      .clampMax(half - 1);
    const bucket = torch.where(distance.lt(exact), distance, far);
    return bucket.add(ahead.gt(0).to('int64').mul(half));
  });
}
