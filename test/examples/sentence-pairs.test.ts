import { main } from '../../examples/sentence-pairs';
import { EXAMPLE_TIMEOUT, runExample } from '../helpers/example';

test(
  'tells most pairs right, of intents that it has not seen',
  async () => {
    const { result, output } = await runExample(main);
    // By chance it would be a half.
    expect(result).toBeGreaterThan(0.6);
    expect(output).toContain('most like:');
  },
  EXAMPLE_TIMEOUT,
);
