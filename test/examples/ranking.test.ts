import { main } from '../../examples/ranking';
import { EXAMPLE_TIMEOUT, runExample } from '../helpers/example';

test(
  'finds responses better than BM25 does, and summarises better than by the first sentence',
  async () => {
    const { result, output } = await runExample(main);
    const mean = (name: string): number => {
      const values = result[name] ?? [];
      return values.reduce((a, b) => a + b, 0) / values.length;
    };
    // Of 48 contexts an interval is 14 points wide to either side, of 16 texts 9.
    for (const k of [1, 3]) {
      expect(mean(`learned, recall at ${k}`)).toBeGreaterThan(mean(`BM25, recall at ${k}`) + 0.14);
    }
    expect(mean('learned, ROUGE-L')).toBeGreaterThan(mean('the first sentence, ROUGE-L') + 0.09);
    expect(output).toContain('recall at 3');
  },
  EXAMPLE_TIMEOUT,
);
