// Says how two people, places or companies of a sentence are related, from five examples of each relation.
// `npm run example -- relations`

import { serve, text } from '../lib';

export async function main(print: (line: string) => void = console.log): Promise<number> {
  using encoder = await text.loadEncoder();
  const rows = text.loadRelations();
  const places = rows.map((row, i) => i - rows.findIndex(({ label }) => label === row.label));
  const examples = rows.filter((_, i) => (places[i] ?? 0) < 5);
  const others = rows.filter((_, i) => (places[i] ?? 0) >= 5);
  using classifier = await serve.RelationClassifier.fit(encoder, examples);

  const found = await classifier.predict(others);
  const right = found.filter(({ label }, i) => label === others[i]?.label).length / others.length;
  print(`${classifier.labels.length} relations, 5 examples of each:`);
  print(`  ${(100 * right).toFixed(0)} % of ${others.length} other sentences are told right`);
  for (const question of [
    '[Hannah](head) drives a tram for [the city](tail)',
    '[Polar Bikes](tail) was set up by [Nils](head)',
  ]) {
    const [answer] = await classifier.predict([text.markedPair(question)]);
    const { label, probability = 0, nearest } = answer ?? {};
    print(
      `  ${question}\n    ${label} (${(100 * probability).toFixed(0)} %), as in: ${nearest?.tokens.join(' ')}`,
    );
  }
  return right;
}
