import { type Tensor, torch } from '../lib/torch';
import { temporaryFolder } from './helpers/folders';
import { PROGRAMS } from './slow/support/programs';
import { watchMemory } from './slow/support/watch-memory';

const folder = temporaryFolder();

test.each(Object.entries(PROGRAMS))('%s: 50 steps hold as much as one', async (_, program) => {
  const { problem, tensors } = await watchMemory(program, 50, folder());
  expect(problem).toBeUndefined();
  expect(tensors).toBeGreaterThan(0);
});

test.each<[string, (own: Tensor[]) => void]>([
  ['one tensor more at every step', (own) => void own.push(torch.ones([2]))],
  ['one tensor less', (own) => own.pop()?.dispose()],
])('a program that holds %s is found', async (_, change) => {
  const own = Array.from({ length: 20 }, () => torch.ones([2]));
  const { problem } = await watchMemory(
    (steps, sample) => {
      for (let step = 0; step < steps; step++) {
        change(own);
        sample();
      }
    },
    10,
    '',
  );
  expect(problem).toContain('step 3 holds');
  for (const tensor of own) tensor.dispose();
});
