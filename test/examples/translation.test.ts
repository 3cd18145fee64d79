import { main } from '../../examples/translation';
import { EXAMPLE_TIMEOUT, runExample } from '../helpers/example';

test(
  'translates better than the nearest example does, and than without examples',
  async () => {
    const { result, output } = await runExample(main);
    const { 'adapted from other languages': adapted = 0, ...others } = result;
    expect(adapted).toBeGreaterThan((others['the nearest example'] ?? 100) + 8);
    expect(adapted).toBeGreaterThan((others['the Dutch text as it is'] ?? 100) + 8);
    expect(adapted).toBeGreaterThan((others['other languages alone'] ?? 100) + 8);
    expect(output).toContain('Dutch into German from');
  },
  EXAMPLE_TIMEOUT,
);
