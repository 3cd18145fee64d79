import { elementCount } from '../../check-tensors';
import { type Check, type CheckedArguments, written } from './checked-arguments';

/** One element for each channel of the input. */
function perChannel(args: CheckedArguments): void {
  const [, channels = 0] = args.tensor('input')?.shape ?? [];
  for (const name of ['weight', 'bias', 'runningMean', 'runningVar']) {
    args.requireShape(args.tensor(name), [channels]);
  }
}

/** Statistics of the channels: as many are read as the input has channels, whatever their length. */
function channelStatistics(args: CheckedArguments): void {
  perChannel(args);
  if (args.value('training') === true || args.value('useInputStats') === true) return;
  for (const name of ['runningMean', 'runningVar']) {
    const given = args.value(name);
    args.require(given !== undefined, 'a tensor where training is false', name, given);
  }
}

/** Sizes by which memory is read and divided are not checked against the tensors. */
function groups(args: CheckedArguments): void {
  for (const name of ['N', 'C', 'HxW', 'group']) {
    args.require(args.number(name, 0) > 0, 'a positive integer', name, args.value(name));
  }
  const [n, channels, area, group] = ['N', 'C', 'HxW', 'group'].map((name) =>
    args.number(name, 1),
  ) as [number, number, number, number];
  args.require(channels % group === 0, `a divisor of ${channels}`, 'group', group);
  const { shape = [] } = args.tensor('input') ?? {};
  const fits = elementCount(shape) === n * channels * area;
  args.require(fits, `${n}·${channels}·${area} elements`, 'input', written(shape));
  args.requireShape(args.tensor('weight'), [channels]);
  args.requireShape(args.tensor('bias'), [channels]);
}

/** Layers that normalize by statistics of channels or groups of them. */
export const NORMALIZATION_PRECONDITIONS: Readonly<Record<string, Check>> = {
  'aten::native_batch_norm': channelStatistics,
  'aten::batch_norm': channelStatistics,
  'aten::batch_norm_update_stats': perChannel,
  'aten::instance_norm': channelStatistics,
  'aten::_native_batch_norm_legit': channelStatistics,
  'aten::_batch_norm_impl_index': channelStatistics,
  'aten::native_group_norm': groups,
};
