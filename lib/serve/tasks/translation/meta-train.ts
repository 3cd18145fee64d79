import { reptile } from '../../../meta';
import { adam, sgd } from '../../../optim';
import { characterLoss, type EncoderDecoder, type PhrasePair, phraseEpisodes } from '../../../text';
import { disposeTree, torch } from '../../../torch';
import { train } from '../../../train/trainer';

/** A meta-step: tasks, pairs of each, steps on them. */
export const META = { tasks: 2, pairs: 16, innerSteps: 5 };
/** How fast tasks, and the start of tasks, are learned. */
const RATES = { inner: 1e-3, meta: 0.5 };

export type MetaTraining = { metaSteps: number; seed: number; signal?: AbortSignal | undefined };

/**
 * The model where Reptile has led it: a new one.
 *
 * @throws the signal's reason once it is aborted
 */
export async function metaTrained(
  model: EncoderDecoder,
  pairs: Readonly<Record<string, readonly PhrasePair[]>>,
  { metaSteps, seed, signal }: MetaTraining,
): Promise<EncoderDecoder> {
  const { tasks, innerSteps } = META;
  const halves = { shots: META.pairs / 2, queries: META.pairs / 2 };
  const { params, stopped } = await train({
    learner: reptile({
      model: model.layer,
      loss: characterLoss,
      optimizer: adam({ learningRate: RATES.inner }),
      innerSteps,
    }),
    params: { model: model.params, encoder: {} },
    optimizer: sgd({ learningRate: RATES.meta }),
    episodes: phraseEpisodes(model, pairs, { tasks, seed, ...halves }),
    steps: metaSteps,
    generator: torch.generator(seed),
    ...(signal && { signal }),
  });
  if (stopped !== undefined) disposeTree(params);
  signal?.throwIfAborted();
  return model.withParams(params.model);
}
