/** What would begin another line, or turn the direction of what follows. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: those of a hostile text are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g;

/** A text on one line, without characters that change how others are shown. */
export function plainText(text: string): string {
  return text.replace(CONTROL, ' ');
}
