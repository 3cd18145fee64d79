import { segmentText } from '../../tokenizers/segment-text';

/** A word or mark of a text, and where it is: from `start` up to, but without, `end`. */
export type WordPlace = { readonly word: string; readonly start: number; readonly end: number };

const segmenters = new Map<string, Intl.Segmenter>();

/** The words and punctuation marks of a text in their order, by the rules of Unicode. Default locale: `en`. */
export function wordPlaces(text: string, locale = 'en'): WordPlace[] {
  let segmenter = segmenters.get(locale);
  if (segmenter === undefined) {
    segmenter = new Intl.Segmenter(locale, { granularity: 'word' });
    segmenters.set(locale, segmenter);
  }
  const places: WordPlace[] = [];
  let start = 0;
  for (const { segment } of segmentText(segmenter, text)) {
    const end = start + segment.length;
    if (segment.trim() !== '') places.push({ word: segment, start, end });
    start = end;
  }
  return places;
}
