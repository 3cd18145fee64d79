import { positiveInteger, withDefault } from '../../../check';
import {
  contrastiveSiamese,
  graphNetwork,
  induction,
  matching,
  nearestClassMean,
  prototypical,
  relation,
  siamese,
} from '../../../meta';
import { CONTRASTIVE } from '../../../meta/metric/contrastive-siamese';
import { GRAPH } from '../../../meta/metric/graph';
import { INDUCTION } from '../../../meta/metric/induction';
import { FULL_CONTEXT } from '../../../meta/metric/matching-context';
import { SIAMESE } from '../../../meta/metric/siamese';
import { mlp } from '../../../nn';
import { without } from '../kinds';
import { known, learnerKind, WAYS } from '../learner-kind';

/** Learners that compare vectors. */
export const METRIC = {
  'nearest-class-mean': learnerKind(
    'Nearest class mean',
    {},
    (_, { encoder }) => nearestClassMean({ encoder }),
    { untrained: true },
  ),
  prototypical: learnerKind('Prototypical Networks', {}, (_, { encoder }) =>
    prototypical({ encoder }),
  ),
  siamese: learnerKind(
    'Siamese, weighted L1',
    without(SIAMESE, 'dimensions'),
    (options, { encoder, dimensions }) => siamese({ ...options, encoder, dimensions }),
  ),
  'contrastive-siamese': learnerKind(
    'Siamese, contrastive loss',
    CONTRASTIVE,
    (options, { encoder }) => contrastiveSiamese({ ...options, encoder }),
  ),
  matching: learnerKind('Matching Networks', {}, (_, { encoder }) => matching({ encoder })),
  'matching-fce': learnerKind(
    'Matching Networks, full context',
    without(FULL_CONTEXT, 'dimensions'),
    (options, { encoder, dimensions }) =>
      matching({ encoder, fullContext: { ...options, dimensions } }),
  ),
  relation: learnerKind(
    'Relation Networks',
    {
      /** The size of the hidden layer of g, which compares. Default: 32. */
      hidden: withDefault(positiveInteger, 32),
    },
    ({ hidden }, { encoder, dimensions }) =>
      relation({ encoder, relation: mlp({ sizes: [2 * dimensions, hidden, 1] }) }),
  ),
  induction: learnerKind(
    'Induction Networks',
    without(INDUCTION, 'dimensions', 'loss'),
    (options, { encoder, dimensions }) => induction({ ...options, encoder, dimensions }),
  ),
  graph: learnerKind(
    'Graph network',
    { ...without(GRAPH, 'dimensions', 'ways', 'loss'), ...WAYS },
    ({ ways, ...options }, { encoder, dimensions }) =>
      graphNetwork({ ...options, encoder, dimensions, ways: known(ways, 'ways') }),
  ),
} as const;
