import {
  type Check,
  type OptionsOf,
  positiveInteger,
  readOptions,
  recordOf,
  stepCount,
  upTo,
  withDefault,
} from '../../check';
import { invalidArgument, outOfRange } from '../../errors';
import type { Episodes } from '../../meta';
import { torch } from '../../torch';
import { RandomSource } from '../random-source';
import { EncoderDecoder } from './encoder-decoder';
import { type PhrasePair, phrasePairsOf } from './phrase-pairs';

const OPTIONS = {
  /** T: how many tasks a batch has, up to 1,024; each draws one of the languages, domains or styles. Default: 4. */
  tasks: withDefault(upTo(1024), 4),
  /** K: pairs that a task is adapted to. Default: 10. */
  shots: withDefault(positiveInteger, 10),
  /** Pairs that it is asked for then. Default: 10. */
  queries: withDefault(positiveInteger, 10),
  /** Decides on what is drawn. Default: 0. */
  seed: withDefault(stepCount, 0),
};

export type PhraseEpisodeOptions = OptionsOf<typeof OPTIONS>;

/**
 * Tasks of translating, for any learner that adapts by gradients:
 *
 *     const learner = meta.reptile({ model: model.layer, loss: text.characterLoss, optimizer: optim.adam({ … }) });
 *     const episodes = text.phraseEpisodes(model, { 'nl-de': dutch, 'da-de': danish });
 *     await train.train({ learner, params: { model: model.params, encoder: {} }, episodes, … });
 *
 * @param pairs by the name of their languages, domains or styles
 * @returns batches by their number: inputs `[T, n, 2, L]`, labels `[T, n, L]`
 * @throws ArgumentTypeError or ArgumentRangeError for what is no model, no pairs, or fewer than `shots` and `queries`
 *   of one name
 */
export function phraseEpisodes(
  model: EncoderDecoder,
  pairs: Readonly<Record<string, readonly PhrasePair[]>>,
  options: PhraseEpisodeOptions = {},
): (batch: number) => Episodes {
  const operator = 'phraseEpisodes';
  if (!(model instanceof EncoderDecoder)) {
    throw invalidArgument('an encoder–decoder', `model of ${operator}`, model, operator);
  }
  const { tasks, shots, queries, seed } = readOptions(OPTIONS, options, operator);
  const all = namedPairs(pairs, phrasePairsOf(shots + queries), operator);
  return (batch) => {
    const random = new RandomSource(seed).fork(batch);
    const drawn = Array.from({ length: tasks }, () =>
      random.sample(all[random.int(all.length)] ?? [], shots + queries),
    );
    return torch.scope(() => {
      const { inputs, labels } = model.tensors(drawn.flat());
      const [x, y] = [inputs, labels].map((own) => own.unflatten(0, [tasks, shots + queries]));
      const part = (from: number, count: number) => ({
        inputs: (x ?? inputs).narrow(1, from, count),
        labels: (y ?? labels).narrow(1, from, count),
      });
      return { ways: 1, support: part(0, shots), query: part(shots, queries) };
    });
  };
}

/**
 * Lists of pairs by their names, of which there is at least one.
 *
 * @param pairsOf what each list is checked by
 */
export function namedPairs(
  pairs: Readonly<Record<string, readonly PhrasePair[]>>,
  pairsOf: Check<PhrasePair[]>,
  operator: string,
): PhrasePair[][] {
  const all = Object.values(recordOf(pairsOf)(pairs, 'pairs', operator));
  if (all.length > 0) return all;
  throw outOfRange('lists of pairs by their names', `pairs of ${operator}`, pairs, operator);
}
