import { main } from '../../examples/online-tasks';
import { EXAMPLE_TIMEOUT, runExample } from '../helpers/example';

test(
  'kept solutions are better than the last one where tasks recur, and do no harm where they do not',
  async () => {
    const { result, output } = await runExample(main);
    const gain = (name: string) => result[name]?.mean ?? Number.NaN;
    // An interval of 48 tasks is 4 points wide to either side: what helps by more, and harms by less, is told apart.
    expect(gain('recur, the last solution')).toBeGreaterThan(0.04);
    expect(gain('recur, from scratch')).toBeGreaterThan(0.02);
    expect(gain('do not recur, from scratch')).toBeGreaterThan(-0.04);
    expect(gain('do not recur, the last solution')).toBeGreaterThan(-0.04);
    expect(output).toContain('Tasks that recur');
  },
  EXAMPLE_TIMEOUT,
);
