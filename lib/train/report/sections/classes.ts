import type { ClassScore } from '../../metrics/class-scores';
import { numberColumns, type Section, textColumns } from '../pages/page';
import { labelWords, percentWords } from '../pages/words';
import type { Report } from '../report';

/** More rows nobody reads; all of them are in the JSON. */
const MOST = 30;

const worstFirst = (a: ClassScore, b: ClassScore): number =>
  (a.f1?.value ?? 2) - (b.f1?.value ?? 2);

/** The classes, the worst first. */
export function classesSection({ classes }: Report): Section {
  const sorted = classes.toSorted(worstFirst);
  return {
    id: 'classes',
    title: 'Classes',
    paragraphs: [
      'The classes that are recognised worst come first. Precision is – where a class was never answered.',
    ],
    table: {
      columns: [
        ...textColumns('Class'),
        ...numberColumns('Queries', 'Answers', 'Precision, %', 'Recall, %', 'F1, %'),
      ],
      rows: sorted
        .slice(0, MOST)
        .map(({ label, queries, answers, precision, recall, f1 }) => [
          labelWords(label),
          queries.toLocaleString('en'),
          answers.toLocaleString('en'),
          ...[precision, recall, f1].map(percentWords),
        ]),
      note: more(sorted.length),
    },
  };
}

/** What is taken for what, the most frequent first. */
export function confusionSection({ confusions, classes }: Report): Section {
  const asked = new Map<string | null, number>(
    classes.map(({ label, queries }) => [label, queries]),
  );
  const known = confusions.filter(({ label }) => label !== null);
  const wrong = known.filter(({ label, predicted }) => label !== predicted);
  return {
    id: 'confusion',
    title: 'Confusions',
    ...(wrong.length === 0 && {
      paragraphs: ['Every answer to a query with one of the labels was right.'],
    }),
    ...(wrong.length > 0 && {
      table: {
        columns: [
          ...textColumns('Class', 'was taken for'),
          ...numberColumns('Queries', 'Share of the class, %'),
        ],
        rows: wrong
          .slice(0, MOST)
          .map(({ label, predicted, queries }) => [
            labelWords(label),
            labelWords(predicted),
            queries.toLocaleString('en'),
            ((100 * queries) / (asked.get(label) ?? queries)).toFixed(1),
          ]),
        note: more(wrong.length),
      },
    }),
  };
}

function more(count: number): string | undefined {
  return count > MOST
    ? `And ${(count - MOST).toLocaleString('en')} more, which are in the JSON.`
    : undefined;
}
