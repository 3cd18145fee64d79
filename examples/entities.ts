// Teaches a recogniser what customers of a shop write about, with texts on travel and music as its only experience
// of what an entity is. `npm run example -- entities`

import { serve, text, train } from '../lib';

export type EntityResults = { nothingElse: train.SpanScores; withOthers: train.SpanScores };

export async function main(print: (line: string) => void = console.log): Promise<EntityResults> {
  using encoder = await text.loadEncoder();
  const shop = text.loadEntityTexts({ domain: 'shop' });
  const [examples, others] = [shop.slice(0, 12), shop.slice(12)];

  const source = [
    ...text.loadEntityTexts({ domain: 'travel' }),
    ...text.loadEntityTexts({ domain: 'music' }),
  ];
  using boundaries = await serve.EntityBoundaries.fit(encoder, source);
  using alone = await serve.EntityRecognizer.fit(encoder, examples);
  using recognizer = await serve.EntityRecognizer.fit(encoder, examples, { boundaries });

  const question =
    'Can you repair my old radio? I paid 80 euros for it, at Grundig nobody answers.';
  const [found = []] = await recognizer.find([question]);
  print(question);
  for (const { type, text: words, probability } of found) {
    print(`  ${type.padEnd(8)} ${words} (${(100 * probability).toFixed(0)} %)`);
  }

  const scored = async (one: serve.EntityRecognizer): Promise<train.SpanScores> =>
    train.spanScores(
      await one.tag(others.map(({ tokens }) => tokens)),
      others.map(({ entities }) => entities),
    );
  const results = { nothingElse: await scored(alone), withOthers: await scored(recognizer) };
  print(`\n${examples.length} sentences as examples, entities of ${others.length} others:`);
  for (const [name, { precision, recall, f1 }] of [
    ['examples alone', results.nothingElse],
    ['with other texts', results.withOthers],
  ] as const) {
    const cells = [precision, recall, f1].map((value) => (100 * value).toFixed(1).padStart(5));
    print(`  ${name.padEnd(18)} precision ${cells[0]}  recall ${cells[1]}  F1 ${cells[2]}`);
  }
  return results;
}
