import type { QueryPrediction } from '../../../lib/train/report/predictions';

/** The answers to four queries of two episodes, one of them out of scope. */
export function exampleQueries(): QueryPrediction[] {
  return [
    {
      episode: 0,
      row: 7,
      text: 'where is my card?',
      label: 'card',
      predicted: 'card',
      probabilities: { card: 0.75, loan: 0.25 },
      familiarity: 1.5,
      nearest: [{ row: 1, text: 'my card', label: 'card', similarity: 0.9 }],
      ms: 1.5,
      groups: { language: 'en' },
    },
    {
      episode: 0,
      row: 8,
      text: 'mañana 🙂',
      label: null,
      predicted: null,
      probabilities: { card: 0.5, loan: 0.5 },
      familiarity: -2,
      ms: 2,
      groups: { language: 'es' },
    },
    {
      episode: 1,
      source: 'b',
      row: 'x1',
      text: 'a loan',
      label: 'loan',
      predicted: 'card',
      probabilities: { card: 0.6, loan: 0.4 },
      familiarity: 1,
    },
    {
      episode: 1,
      source: 'b',
      row: 'x2',
      text: '</script>\u2028',
      label: '__proto__',
      predicted: '__proto__',
      probabilities: Object.fromEntries([
        ['__proto__', 0.9],
        ['0', 0.1],
      ]),
      familiarity: 0,
    },
  ];
}
