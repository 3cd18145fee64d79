import { array, string } from '../nn/check';

/** @throws ArgumentTypeError naming the element, unless `texts` is an array of strings without holes */
export function requireTexts(texts: readonly string[], name: string, operator: string): void {
  array(texts, 'strings', name, operator);
  for (let i = 0; i < texts.length; i++) {
    if (typeof texts[i] !== 'string') string(texts[i], `${name}[${i}]`, operator);
  }
}
