import { distributionalSignatures, metaOptNet, r2d2 } from '../../../meta';
import { SIGNATURES } from '../../../meta/closed-form/distributional-signatures';
import { METAOPTNET } from '../../../meta/closed-form/metaoptnet';
import { R2D2 } from '../../../meta/closed-form/r2d2';
import { embedding } from '../../../nn';
import { torch } from '../../../torch';
import { without } from '../kinds';
import { learnerKind } from '../learner-kind';

/** Learners that solve each task at once. */
export const CLOSED_FORM = {
  r2d2: learnerKind('R2D2', without(R2D2, 'loss'), (options, { encoder }) =>
    r2d2({ ...options, encoder }),
  ),
  metaoptnet: learnerKind('MetaOptNet-SVM', without(METAOPTNET, 'loss'), (options, { encoder }) =>
    metaOptNet({ ...options, encoder }),
  ),
  'distributional-signatures': learnerKind(
    'Distributional Signatures',
    without(SIGNATURES, 'frequencies', 'loss'),
    (options, { dimensions, vocabulary }) => {
      const words = vocabulary();
      return distributionalSignatures({
        ...options,
        embedding: embedding({
          numEmbeddings: words.size,
          embeddingDim: dimensions,
          paddingIndex: 0,
        }),
        frequencies: torch.tensor(words.frequencies()),
      });
    },
    { encoder: 'mean' },
  ),
} as const;
