/** Writes a text in another form. */
export type Normalizer = (text: string) => string;

/** What regular expressions of Rust take for white space; JavaScript's `\s` has U+FEFF, and lacks U+0085. */
export const SPACE = '\\p{White_Space}';
/** What `\w` of Rust's regular expressions stands for. */
export const WORD = '\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}';
/** Marks of ASCII, among them `$` and `+`, which Unicode calls symbols, and marks of all scripts. */
export const PUNCTUATION = '!-\\/:-@\\[-`\\{-~\\p{P}';

/** Every place where a text has one of these characters. */
export const each = (characters: string): RegExp => new RegExp(`[${characters}]`, 'gu');

const RUST_SPACE = new RegExp(`^[${SPACE}]`, 'u');
/** What Python's `strip` takes off: four separators more, which Unicode calls no white space. */
export const PYTHON_SPACE = new RegExp(`^[${SPACE}\\x1c-\\x1f]`, 'u');

/** Without white space at its ends. Default: as Rust takes it, at both ends. */
export function stripped(text: string, left = true, right = true, space = RUST_SPACE): string {
  let start = 0;
  let end = text.length;
  // A pattern that ends in `$` looks at long runs of blanks again and again.
  while (left && start < end && space.test(text[start] ?? '')) start++;
  while (right && end > start && space.test(text[end - 1] ?? '')) end--;
  return text.slice(start, end);
}
