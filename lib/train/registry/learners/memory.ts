import { optional, positiveFinite, positiveInteger, withDefault } from '../../../check';
import { mann, metaNetworks, snail } from '../../../meta';
import { MANN } from '../../../meta/memory/mann';
import { META_NETWORKS } from '../../../meta/memory/meta-networks';
import { SNAIL } from '../../../meta/memory/snail';
import { linear, sequential, tanh } from '../../../nn';
import { without } from '../kinds';
import { HEAD, known, learnerKind, modelOn, WAYS } from '../learner-kind';

/** Learners that read a support set into a memory. */
export const MEMORY = {
  mann: learnerKind(
    'MANN',
    {
      ...without(MANN, 'dimensions', 'ways', 'loss'),
      ...WAYS,
      /** β: how much cosines count. Default: 10. */
      keyStrength: withDefault(positiveFinite, 10),
    },
    ({ ways, ...options }, { encoder, dimensions }) =>
      mann({ ...options, encoder, dimensions, ways: known(ways, 'ways') }),
  ),
  snail: learnerKind(
    'SNAIL',
    {
      ...without(SNAIL, 'dimensions', 'ways', 'length', 'loss'),
      ...WAYS,
      /** L: the longest sequence, N·K + 1. Default: that of the run's episodes. */
      length: optional(positiveInteger),
    },
    ({ ways, length, ...options }, { encoder, dimensions }) =>
      snail({
        ...options,
        encoder,
        dimensions,
        ways: known(ways, 'ways'),
        length: known(length, 'length'),
      }),
  ),
  'meta-networks': learnerKind(
    'Meta Networks',
    {
      ...HEAD,
      ...META_NETWORKS,
      /** The size of the representation u. Default: 16. */
      representation: withDefault(positiveInteger, 16),
    },
    ({ ways, hidden, representation, ...options }, parts) =>
      metaNetworks({
        ...options,
        ...modelOn({ ways, hidden }, parts),
        representation: sequential(
          linear({ inFeatures: parts.dimensions, outFeatures: representation }),
          tanh(),
        ),
      }),
  ),
} as const;
