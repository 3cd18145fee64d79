import { spawnSync } from 'node:child_process';
import { findPython } from '../../../lib/libtorch/python';

/** The Python that has numpy: `METATORCH_PYTHON`, else `python3`; undefined if there is none. */
export function findNumpy(): string | undefined {
  return findPythonWith('numpy');
}

/** The same with another package. */
export function findPythonWith(name: string): string | undefined {
  const python = findPython();
  if (python === undefined) return undefined;
  const run = spawnSync(python, ['-c', `import ${name}`], { stdio: 'ignore', timeout: 30_000 });
  return run.status === 0 ? python : undefined;
}

/** What a script prints, given arguments. */
export function runPython(python: string, script: string, args: readonly string[]): string {
  const run = spawnSync(python, ['-c', script, ...args], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    timeout: 120_000,
  });
  if (run.status === 0) return run.stdout;
  throw new Error(`Python failed: ${run.stderr}`);
}
