import { array, string } from '../nn/check';

/** @throws ArgumentTypeError that says which, if `texts` is no array of strings or has a hole */
export function requireTexts(texts: readonly string[], name: string, operator: string): void {
  array(texts, 'strings', name, operator);
  for (let i = 0; i < texts.length; i++) {
    if (typeof texts[i] !== 'string') string(texts[i], `${name}[${i}]`, operator);
  }
}
