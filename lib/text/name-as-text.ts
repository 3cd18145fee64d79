/** A label's name as people write: `card_lost` and `cardLost` are `card lost`. */
export function nameAsText(label: string): string {
  const words = label.replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2').replace(/[_\-./\s]+/gu, ' ');
  return words.trim().toLowerCase();
}
