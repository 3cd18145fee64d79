/** The longest piece: the time that `Intl.Segmenter` takes grows with its square. */
const PIECE_LENGTH = 1024;

/**
 * Characters that begin a segment after anything but white space: no rule of Unicode Standard
 * Annex 29 joins them to what comes before, none looks across them, and no dictionary holds them.
 * Not all white space qualifies: U+202F joins the words beside it.
 */
const BOUNDARY = /[\t-\r \u2028\u2029\u3000!?()。、]/;
const SPACE = /\s/;

function pieceEnd(text: string, start: number): number {
  const limit = start + PIECE_LENGTH;
  if (limit >= text.length) return text.length;
  for (let end = limit; end > start; end--) {
    if (BOUNDARY.test(text.charAt(end)) && !SPACE.test(text.charAt(end - 1))) return end;
  }
  const splitsPair = (text.codePointAt(limit - 1) ?? 0) > 0xffff;
  return splitsPair ? limit - 1 : limit;
}

/** A segment without its place in the text. */
export type TextSegment = Pick<Intl.SegmentData, 'segment' | 'isWordLike'>;

/**
 * The segments of a text in time proportional to its length; a bare `Intl.Segmenter` takes seconds
 * for 100,000 characters. Equal to its segments, unless 1,024 characters follow each other without
 * white space or an end of sentence: those are cut.
 */
export function* segmentText(
  segmenter: Intl.Segmenter,
  text: string,
): Generator<TextSegment, void, undefined> {
  for (let start = 0; start < text.length; ) {
    const end = pieceEnd(text, start);
    yield* segmenter.segment(text.slice(start, end));
    start = end;
  }
}
