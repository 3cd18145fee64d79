/** A part of a text, and whether it is what was looked for or what stands between. */
type Part = { readonly text: string; readonly found: boolean };

/** What becomes of that at which a text is divided. */
export const BEHAVIORS = [
  'Removed',
  'Isolated',
  'MergedWithPrevious',
  'MergedWithNext',
  'Contiguous',
] as const;

export type Behavior = (typeof BEHAVIORS)[number];

/** A text divided at what a global pattern finds; `invert` divides it at what stands between. */
export function split(text: string, pattern: RegExp, behavior: Behavior, invert = false): string[] {
  const parts = partsOf(text, pattern).map((part) => ({ ...part, found: part.found !== invert }));
  return joined(parts, behavior).filter((part) => part !== '');
}

function partsOf(text: string, pattern: RegExp): Part[] {
  const parts: Part[] = [];
  let end = 0;
  for (const { 0: own, index } of text.matchAll(pattern)) {
    if (index > end) parts.push({ text: text.slice(end, index), found: false });
    parts.push({ text: own, found: true });
    end = index + own.length;
  }
  if (end < text.length) parts.push({ text: text.slice(end), found: false });
  return parts;
}

function joined(parts: readonly Part[], behavior: Behavior): string[] {
  switch (behavior) {
    case 'Removed':
      return parts.filter(({ found }) => !found).map(({ text }) => text);
    case 'Isolated':
      return parts.map(({ text }) => text);
    case 'Contiguous':
      return merged(parts, (part, before) => part.found === before.found);
    case 'MergedWithPrevious':
      return merged(parts, (part, before) => part.found && !before.found);
    case 'MergedWithNext':
      return merged(parts, (part, before) => before.found && !part.found);
  }
}

/** The texts of parts, each with the one before it where `belongs` says so. */
function merged(parts: readonly Part[], belongs: (part: Part, before: Part) => boolean): string[] {
  const texts: string[] = [];
  parts.forEach((part, i) => {
    const before = parts[i - 1];
    if (before !== undefined && belongs(part, before)) texts.push(`${texts.pop()}${part.text}`);
    else texts.push(part.text);
  });
  return texts;
}
