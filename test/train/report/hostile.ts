import type { QueryPrediction } from '../../../lib/train/report/predictions';

/** What labels and texts may try. */
export const HOSTILE = [
  '<script>document.title = "hacked"</script>',
  '<img src=x onerror="document.title=1">',
  '" onmouseover="document.title=1" x="',
  "'><svg/onload=document.title=1>",
  '</style><style>body{display:none}</style>',
  '</title><base href="http://example.com/">',
  '| a | b |\n\n# heading [link](javascript:alert(1))',
  '__proto__',
  '\u202eright to left\u2066',
  '\u001b[31mred\u0007',
  '&lt;b&gt; &amp;',
  '',
];

/** Queries whose labels, texts, groups and examples are all hostile. */
export function hostileQueries(): QueryPrediction[] {
  const share = 1 / HOSTILE.length;
  return Array.from({ length: 4 * HOSTILE.length }, (_, row): QueryPrediction => {
    const [label = '', predicted = ''] = [HOSTILE[row % 12], HOSTILE[(row * 5) % 12]];
    return {
      episode: row % 3,
      source: HOSTILE[row % 4] ?? '',
      row: `${row}${label}`,
      text: HOSTILE[(row + 3) % 12] ?? '',
      label: row % 11 === 0 ? null : label,
      predicted,
      probabilities: Object.fromEntries(HOSTILE.map((name) => [name, share])),
      nearest: [{ text: label, label: predicted, similarity: 0.5 }],
      ms: row,
      groups: Object.fromEntries([[label, predicted]]),
    };
  });
}
