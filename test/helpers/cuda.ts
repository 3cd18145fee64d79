import { torch } from '../../lib/torch';

/** `describe` where there is a GPU; elsewhere the tests are skipped, and their title says why. */
export function describeOnGpu(title: string, tests: () => void): void {
  if (torch.cuda.isAvailable()) describe(title, tests);
  else describe.skip(`${title} (skipped: no CUDA device)`, tests);
}
