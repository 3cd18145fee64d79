import { main } from '../../examples/head-selection';
import { EXAMPLE_TIMEOUT, runExample } from '../helpers/example';

test(
  'choosing a head by features does no harm, within its interval, and is no better than knowing all scores',
  async () => {
    const { result, output } = await runExample(main);
    const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    expect(result.gain.mean + result.gain.halfWidth).toBeGreaterThanOrEqual(0);
    expect(mean(result.oracle)).toBeGreaterThanOrEqual(mean(result.chosen));
    expect(output).toContain('the best of each task');
  },
  EXAMPLE_TIMEOUT,
);
