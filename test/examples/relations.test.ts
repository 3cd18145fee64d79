import { main } from '../../examples/relations';
import { EXAMPLE_TIMEOUT, runExample } from '../helpers/example';

test(
  'tells most relations right',
  async () => {
    const { result, output } = await runExample(main);
    // By chance it would be a quarter.
    expect(result).toBeGreaterThan(0.5);
    expect(output).toContain('as in:');
  },
  EXAMPLE_TIMEOUT,
);
