import { main } from '../../examples/instances';
import { EXAMPLE_TIMEOUT, runExample } from '../helpers/example';

test(
  'tells questions right far more often than by chance, and because of what',
  async () => {
    const { result, output } = await runExample(main);
    // By chance it would be one of 30.
    expect(result).toBeGreaterThan(0.35);
    expect(output).toContain('because of');
  },
  EXAMPLE_TIMEOUT,
);
