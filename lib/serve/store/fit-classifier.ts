import { abortSignal, objectOf } from '../../check';
import { AdaptedClassifier } from '../adapted/adapted-classifier';
import type { MetaModelPool } from '../adapted/meta-model-pool';
import type { EncoderPool } from '../encoder-pool';
import type { ExamplesInput } from '../examples/read-examples';
import { FewShotClassifier } from '../few-shot-classifier';
import type { FitSettings } from './classifiers';
import type { Stored } from './snapshots';

/** What classifiers of examples are made with: a meta-trained model if there is one, or else a pool's encoder. */
export type Makers = {
  readonly pool: () => EncoderPool | Promise<EncoderPool>;
  readonly model: MetaModelPool | undefined;
};

/** A classifier of examples. @throws as `AdaptedClassifier.adapt` or `FewShotClassifier.fit` */
export async function fitClassifier(
  examples: ExamplesInput,
  settings: FitSettings,
  { pool, model }: Makers,
): Promise<Stored> {
  if (model !== undefined) return AdaptedClassifier.adapt(examples, { ...settings, model });
  return FewShotClassifier.fit(examples, { ...settings, pool: await pool() });
}

/** What gives a fit up. The other settings are read by the classifier that is fitted. */
export function fitSignal(settings: FitSettings): AbortSignal | undefined {
  objectOf(settings, 'settings', 'put');
  const { signal } = settings;
  return signal === undefined ? undefined : abortSignal(signal, 'signal', 'put');
}
