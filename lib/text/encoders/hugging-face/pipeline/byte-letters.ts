/** Bytes that GPT-2's tokenizer writes as the letters that they are in Latin-1. */
const OWN: readonly (readonly [number, number])[] = [
  [0x21, 0x7e],
  [0xa1, 0xac],
  [0xae, 0xff],
];

/** The letter for each byte; those that print nothing have the letters from U+0100 on. */
const LETTERS: readonly string[] = lettersOfBytes();
const PRINTED = /^[!-~]*$/;
const encoder = new TextEncoder();

/** The bytes of a text in UTF-8, a letter each. */
export function bytesAsLetters(text: string): string {
  if (PRINTED.test(text)) return text;
  return Array.from(encoder.encode(text), (byte) => LETTERS[byte]).join('');
}

function lettersOfBytes(): string[] {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) =>
    OWN.some(([from, to]) => byte >= from && byte <= to)
      ? String.fromCharCode(byte)
      : String.fromCharCode(next++),
  );
}
