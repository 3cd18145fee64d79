import type { SentenceEncoder } from '../../lib/text';
import { features } from '../results/data';
import { readSource } from './sources';
import type { HeadSources, Source } from './train-head';

/** Which sources a head is trained on: the first is that of the map, the others close its gate. */
export type Variant = readonly [string, ...string[]];

/** The head that comes with the package; the licences of all its sources allow that. */
export const SHIPPED: Variant = ['clinc150/train', 'fewrel', 'wordnet'];

/** Heads that have not seen a source which the shipped one has. */
export const WITHOUT: Readonly<Record<string, Variant>> = {
  clinc150: ['banking77/train', 'fewrel', 'wordnet'],
  fewrel: ['clinc150/train', 'wordnet'],
};

export async function sourceOf(encoder: SentenceEncoder, name: string): Promise<Source> {
  const part = readSource(name);
  return { part, x: await features(encoder, part) };
}

export async function sourcesOf(
  encoder: SentenceEncoder,
  [first, ...rest]: Variant,
): Promise<HeadSources> {
  const main = await sourceOf(encoder, first);
  const others: Source[] = [];
  for (const name of rest) others.push(await sourceOf(encoder, name));
  return { main, others };
}
