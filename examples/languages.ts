// Tells eight languages apart by characters, from five sentences of each. `npm run example -- languages`

import { serve, text } from '../lib';

export async function main(print: (line: string) => void = console.log): Promise<number> {
  const rows = text.loadLanguages();
  // Sentence n says the same in every language: the first five are examples, the others are asked for.
  const places = rows.map((row, i) => i - rows.findIndex(({ label }) => label === row.label));
  const examples = rows.filter((_, i) => (places[i] ?? 0) < 5);
  const others = rows.filter((_, i) => (places[i] ?? 0) >= 5);

  const characters = new text.HashedVectorizer({ words: false, shortest: 1, longest: 3 });
  using classifier = new serve.TransferClassifier(characters, examples);
  const found = classifier.predict(others.map((one) => one.text));
  const right = found.filter(({ label }, i) => label === others[i]?.label).length / others.length;

  print(`${classifier.labels.length} languages, 5 sentences of each as examples:`);
  print(`  ${(100 * right).toFixed(0)} % of ${others.length} other sentences are told right`);
  for (const question of ['Waar staat de fiets?', 'Kereta api terlambat', 'Hvor er cyklen?']) {
    const [answer] = classifier.predict([question]);
    print(`  ${question} — ${answer?.label} (${(100 * (answer?.probability ?? 0)).toFixed(0)} %)`);
  }
  return right;
}
