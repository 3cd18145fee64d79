import { main } from '../../examples/sentiment';
import { EXAMPLE_TIMEOUT, runExample } from '../helpers/example';

test(
  'a source helps where examples are few, in another domain and in another language',
  async () => {
    const { result } = await runExample(main);
    expect(result.map(({ name }) => name)).toEqual(['hotels → apps', 'English → German']);
    for (const { source, examples, both } of result) {
      expect(both).toBeGreaterThan(1 / 3);
      expect(both).toBeGreaterThanOrEqual(Math.min(source, examples));
    }
  },
  EXAMPLE_TIMEOUT,
);
