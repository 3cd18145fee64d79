// Sentiment where there are few examples: in another domain, and in another language. `npm run example -- sentiment`

import { serve, text } from '../lib';

export type SentimentResult = {
  name: string;
  /** The share of right answers: of the source alone, of the examples alone, and of both. */
  source: number;
  examples: number;
  both: number;
};

export async function main(
  print: (line: string) => void = console.log,
): Promise<SentimentResult[]> {
  using encoder = await text.loadEncoder();
  // A frozen encoder of English, and words and characters, which every language has.
  const vectorizer = text.joinedVectorizer([encoder, new text.HashedVectorizer()]);
  const hotels = text.loadOpinions({ set: 'hotels-en' });
  const apps = text.loadOpinions({ set: 'apps-en' });
  const german = text.loadOpinions({ set: 'apps-de' });

  const tasks = [
    { name: 'hotels → apps', source: hotels, target: apps, shots: 4 },
    { name: 'English → German', source: [...hotels, ...apps], target: german, shots: 8 },
  ];
  return tasks.map(({ name, source, target, shots }) => {
    const [examples, others] = split(target, shots);
    const share = (own: text.LabeledText[], from: text.LabeledText[]): number => {
      using classifier = new serve.TransferClassifier(vectorizer, own, { source: from });
      const found = classifier.predict(others.map((one) => one.text));
      return found.filter(({ label }, i) => label === others[i]?.label).length / others.length;
    };
    const result = {
      name,
      source: share([], source),
      examples: share(examples, []),
      both: share(examples, source),
    };
    const cells = [result.source, result.examples, result.both].map((one) =>
      (100 * one).toFixed(0),
    );
    print(`${name}, ${shots} examples of each sentiment, right answers to ${others.length} texts:`);
    print(`  the source alone ${cells[0]} %, the examples alone ${cells[1]} %, both ${cells[2]} %`);
    return result;
  });
}

/** The last `shots` texts of each label as examples, and the rest. */
function split(rows: text.LabeledText[], shots: number): [text.LabeledText[], text.LabeledText[]] {
  const labels = [...new Set(rows.map(({ label }) => label))];
  const examples = labels.flatMap((label) =>
    rows.filter((row) => row.label === label).slice(-shots),
  );
  return [examples, rows.filter((row) => !examples.includes(row))];
}
