// Says whether two questions to a bank ask for the same, from 60 pairs, about matters that no pair was of.
// `npm run example -- sentence-pairs`

import { serve, text } from '../lib';

/** Pairs of neighbours in the lists of these intents: one of the same intent, one of this and another. */
function pairsOf(byIntent: readonly (readonly string[])[], each: number): serve.PairExample[] {
  return byIntent.flatMap((texts, i) => {
    const others = byIntent[(i + 5) % byIntent.length] ?? [];
    return Array.from({ length: each }, (_, k) => [
      { first: texts[2 * k] ?? '', second: texts[2 * k + 1] ?? '', label: 'same' },
      { first: texts[2 * k] ?? '', second: others[2 * k + 1] ?? '', label: 'different' },
    ]).flat();
  });
}

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;

export async function main(print: (line: string) => void = console.log): Promise<number> {
  using encoder = await text.loadEncoder();
  const intents = text.loadIntents();
  const byIntent = intents.classes.map((label) => intents.examples(label));
  const examples = pairsOf(byIntent.slice(0, 10), 3);
  const others = pairsOf(byIntent.slice(10), 3);
  using classifier = await serve.PairClassifier.fit(encoder, examples);

  const found = await classifier.predict(others);
  const right = found.filter(({ label }, i) => label === others[i]?.label).length / others.length;
  print(
    `${examples.length} pairs of 10 intents to learn from, ${byIntent.length - 10} intents to tell:`,
  );
  const sure = found.reduce((sum, { probability }) => sum + probability, 0) / found.length;
  print(
    `  ${percent(right)} of ${others.length} pairs are told right, ${percent(sure)} sure on average`,
  );
  for (const [first, second] of [
    ['my phone was stolen', 'somebody took my mobile'],
    ['my phone was stolen', 'when are you open'],
  ] as const) {
    const [answer] = await classifier.predict([{ first, second }]);
    const { label, probability = 0, nearest } = answer ?? {};
    print(`  ${first} / ${second}: ${label} (${percent(probability)})`);
    print(`    most like: ${nearest?.first} / ${nearest?.second}`);
  }
  return right;
}
