import { main } from '../../examples/recommend';
import { EXAMPLE_TIMEOUT, runExample } from '../helpers/example';

test(
  'finds more of what users like than popularity and similar texts do',
  async () => {
    const { result, output } = await runExample(main);
    // An interval of 60 users is 5 points wide to either side.
    expect(result.recommender).toBeGreaterThan(result['nearest items'] + 0.05);
    expect(result.recommender).toBeGreaterThan(result.popularity + 0.05);
    expect(output).toContain('because of');
  },
  EXAMPLE_TIMEOUT,
);
