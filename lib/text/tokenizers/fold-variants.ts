/** The soft hyphen, marks of direction, the word joiner and the byte order mark: all invisible. */
const INVISIBLE = /[\u00ad\u061c\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]/g;

/** Where a word may end invisibly. */
const ZERO_WIDTH_SPACE = /\u200b/g;

const JOINERS = /([\u200c\u200d])[\u200c\u200d]*/g;

/** A letter, or a mark on one, of a script whose letters join. */
const CURSIVE =
  '(?=[\\p{L}\\p{M}])[\\p{scx=Arab}\\p{scx=Syrc}\\p{scx=Nkoo}\\p{scx=Mand}\\p{scx=Mong}\\p{scx=Adlm}\\p{scx=Rohg}]';

/** Signs of Canonical_Combining_Class Virama, and the register shifters of Khmer. */
const VIRAMA =
  '[\\u094d\\u09cd\\u0a4d\\u0acd\\u0b4d\\u0bcd\\u0c4d\\u0ccd\\u0d3b\\u0d3c\\u0d4d\\u0dca\\u0e3a\\u0eba\\u0f84\\u1039\\u103a\\u1714\\u1715\\u1734\\u17c9\\u17ca\\u17d2\\u1a60\\u1b44\\u1baa\\u1bab\\u1bf2\\u1bf3\\u2d7f\\ua806\\ua82c\\ua8c4\\ua953\\ua9c0\\uaaf6\\uabed' +
  '\\u{10a3f}\\u{11046}\\u{11070}\\u{1107f}\\u{110b9}\\u{11133}\\u{11134}\\u{111c0}\\u{11235}\\u{112ea}\\u{1134d}\\u{11442}\\u{114c2}\\u{115bf}\\u{1163f}\\u{116b6}\\u{1172b}\\u{11839}\\u{1193d}\\u{1193e}\\u{119e0}\\u{11a34}\\u{11a47}\\u{11a99}\\u{11c3f}\\u{11d44}\\u{11d45}\\u{11d97}]';

/** Joiners that change what is read; in all other places they are left over from typesetting. */
const MEANT = [
  `(?<=${CURSIVE})\\u200c(?=${CURSIVE})`,
  `(?<=${VIRAMA})[\\u200c\\u200d]|[\\u200c\\u200d](?=${VIRAMA})`,
  '(?<=[\\p{ExtPict}\\p{Emoji_Modifier}\\ufe0f])\\u200d(?=\\p{ExtPict})',
].join('|');

// Made when it is needed: it takes 20 ms.
let unmeant: RegExp | undefined;

const SINGLE_QUOTE = /[\u2018\u2019\u201b]/g;
const DOUBLE_QUOTE = /[\u201c-\u201f]/g;
const HYPHEN = /[\u2010\u2011]/g;
/** Accents and letters that stand for an apostrophe, as in don´t and Ukrainian м\u02bcята. */
const APOSTROPHE = /(?<=[\p{L}\p{M}])[\u00b4\u02bc\u055a](?=\p{L})/gu;

/**
 * One spelling for characters that are typed in several ways without a difference in meaning:
 * typographic quotation marks, apostrophes and hyphens become `'`, `"` and `-`, invisible
 * characters are left out, and a zero-width space becomes a space. Zero-width joiners stay where
 * they change the reading: between Arabic letters, at viramas of Indic scripts (compare RFC 5892,
 * appendix A) and within emoji.
 */
export function foldVariants(text: string): string {
  unmeant ??= new RegExp(`(?!${MEANT})[\\u200c\\u200d]`, 'gu');
  return text
    .replace(INVISIBLE, '')
    .replace(ZERO_WIDTH_SPACE, ' ')
    .replace(JOINERS, '$1')
    .replace(unmeant, '')
    .replace(SINGLE_QUOTE, "'")
    .replace(DOUBLE_QUOTE, '"')
    .replace(HYPHEN, '-')
    .replace(APOSTROPHE, "'");
}
