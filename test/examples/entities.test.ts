import { main } from '../../examples/entities';
import { EXAMPLE_TIMEOUT, runExample } from '../helpers/example';

test(
  'finds what a shop’s customers write about, the better for texts on other subjects',
  async () => {
    const { result, output } = await runExample(main);
    expect(result.withOthers.f1).toBeGreaterThan(result.nothingElse.f1);
    expect(result.withOthers.f1).toBeGreaterThan(0.3);
    expect(output).toContain('radio');
  },
  EXAMPLE_TIMEOUT,
);
