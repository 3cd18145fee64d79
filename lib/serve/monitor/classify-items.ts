import { fraction, withMethods } from '../../check';
import { greatest } from '../../extremes';
import type { Prediction } from '../prediction';
import type { Servable } from '../servable';
import { type ClassifiedItem, keptText, type TimedItem } from './item';

/** What a monitor asks of a classifier. */
export type ItemClassifier = Pick<Servable, 'labels' | 'predict'>;

export const itemClassifier = withMethods<ItemClassifier>('a classifier', 'predict');

/** What decides on an item: the classifiers, the label that is watched, and which items have come before. */
export type ItemClassifiers = {
  topics: ItemClassifier;
  sentiment: ItemClassifier;
  negative: string;
  knows: (id: string) => boolean;
};

/** What the classifiers say of items. Those that have come before are not asked for. */
export async function classifyItems(
  items: readonly TimedItem[],
  { topics, sentiment, negative, knows }: ItemClassifiers,
): Promise<ClassifiedItem[]> {
  const texts = items.flatMap(({ id, text }) => (knows(id) ? [] : [text]));
  const [about, think] =
    texts.length === 0
      ? [[], []]
      : await Promise.all([topics.predict(texts), sentiment.predict(texts)]);
  let asked = 0;
  return items.map(({ id, time, text }) => {
    const place = knows(id) ? -1 : asked++;
    const topic = about[place]?.label ?? null;
    return { id, time, text: keptText(text), topic, ...opinionOf(think[place], negative) };
  });
}

/** Of a text that is unlike all examples too: what it thinks is one of the labels. */
function opinionOf(
  prediction: Prediction | undefined,
  negative: string,
): Pick<ClassifiedItem, 'negative' | 'score'> {
  const probabilities = prediction?.probabilities ?? {};
  const score = fraction(probabilities[negative] ?? 0, `probability of ${negative}`, 'push');
  const most = greatest(Object.values(probabilities));
  return { negative: score > 0 && score === most, score };
}
