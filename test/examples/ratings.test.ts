import { main } from '../../examples/ratings';
import { EXAMPLE_TIMEOUT, runExample } from '../helpers/example';

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

test(
  'rates better than the mean rating, ridge from scratch and the nearest example do',
  async () => {
    const { result, output } = await runExample(main);
    const { 'meta-learned': ours } = result;
    for (const baseline of ['mean rating', 'ridge from scratch', 'nearest example'] as const) {
      expect(mean(ours.mae)).toBeLessThan(mean(result[baseline].mae));
      expect(mean(ours.spearman)).toBeGreaterThan(mean(result[baseline].spearman));
    }
    expect(output).toContain('rank correlation');
  },
  EXAMPLE_TIMEOUT,
);
