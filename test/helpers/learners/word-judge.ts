import type { Prediction } from '../../../lib/serve';

/** A classifier of texts by the one of its labels that stands in them. */
export function wordJudge(labels: readonly string[]) {
  const prediction = (text: string): Prediction => {
    const label = labels.find((one) => text.includes(one)) ?? null;
    return {
      label,
      labels: label === null ? [] : [label],
      probability: label === null ? 0 : 1,
      probabilities: Object.fromEntries(labels.map((one) => [one, one === label ? 1 : 0])),
      unknown: label === null ? 'unlike every example' : null,
      nearest: [],
    };
  };
  return { labels, predict: async (texts: readonly string[]) => texts.map(prediction) };
}
