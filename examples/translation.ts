// Translates Dutch phrases into German from twenty examples, after training on English and Swedish ones.
// `npm run example -- translation`

import { serve, text, train } from '../lib';

type Pairs = text.PhrasePair[];

/** The German side of the example whose source is most like the text. */
function nearest(source: string, examples: Pairs): string {
  const scores = examples.map((own) => train.chrf([own.source], [[source]]));
  return examples[scores.indexOf(Math.max(...scores))]?.target ?? '';
}

async function translations(translator: serve.PhraseTranslator, asked: Pairs): Promise<string[]> {
  const found = await translator.translate(asked.map(({ source }) => source));
  return found.map(({ translation }) => translation);
}

export async function main(
  print: (line: string) => void = console.log,
): Promise<Record<string, number>> {
  const { home = [], food = [], time = [] } = text.loadPhrases();
  const phrases = [...home, ...food, ...time].filter(({ de }) => de.length <= 24);
  const intoGerman = (language: keyof text.Phrase, rows: readonly text.Phrase[]): Pairs =>
    rows.map((row) => ({ source: row[language], target: row.de }));
  // All phrases are known from English and Swedish. Of Dutch there are examples of every third alone.
  const dutch = intoGerman('nl', phrases);
  const examples = dutch.filter((_, i) => i % 3 === 0);
  const asked = dutch.filter((_, i) => i % 3 === 1);

  using start = await serve.PhraseTranslator.fit(
    { en: intoGerman('en', phrases), sv: intoGerman('sv', phrases) },
    { steps: 340, metaSteps: 5, hiddenSize: 32 },
  );
  // Dutch is further from both than a dialect from its language: more and larger steps than by default.
  using translator = await start.adapt(examples, { steps: 40, learningRate: 2e-3 });
  const adapted = await translations(translator, asked);
  const answers: Record<string, string[]> = {
    'adapted from other languages': adapted,
    'other languages alone': await translations(start, asked),
    'the nearest example': asked.map(({ source }) => nearest(source, examples)),
    'the Dutch text as it is': asked.map(({ source }) => source),
  };

  print(`Dutch into German from ${examples.length} examples, ${asked.length} other phrases, chrF:`);
  const right = asked.map(({ target }) => [target]);
  const scores: Record<string, number> = {};
  for (const [name, texts] of Object.entries(answers)) {
    scores[name] = train.chrf(texts, right);
    print(`  ${name.padEnd(30)} ${scores[name].toFixed(1)}`);
  }
  for (const [i, { source, target }] of asked.slice(0, 5).entries()) {
    print(`  ${source} — ${adapted[i]} (${target})`);
  }
  return scores;
}
