import { main } from '../../examples/languages';
import { EXAMPLE_TIMEOUT, runExample } from '../helpers/example';

test(
  'tells most sentences’ languages right',
  async () => {
    const { result, output } = await runExample(main);
    expect(result).toBeGreaterThan(0.75);
    expect(output).toContain('8 languages, 5 sentences of each as examples:');
  },
  EXAMPLE_TIMEOUT,
);
