import { spawnSync } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, dirname, isAbsolute, join } from 'node:path';

const SPAWN_LIMIT_MS = 10_000;

/**
 * Prints where the package torch lies. find_spec imports nothing of it, and the working
 * folder is taken off the path so that a folder that happens to be called torch is not found.
 */
const FIND_TORCH = `
import sys
sys.path[:] = [p for p in sys.path if p]
import importlib.util
spec = importlib.util.find_spec("torch")
print(spec.origin if spec and spec.origin else "")
`;

/** The Python to ask: `METATORCH_PYTHON`, else `python3`, else `python`, if it is there. */
export function findPython(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const chosen = env.METATORCH_PYTHON;
  if (chosen !== undefined && chosen !== '') return findExecutable(chosen, env);
  return findExecutable('python3', env) ?? findExecutable('python', env);
}

/** The folder of the Python package torch, and if there is none, why. */
export function findPythonTorch(
  env: NodeJS.ProcessEnv = process.env,
): { root: string } | { reason: string } {
  const python = findPython(env);
  if (python === undefined) {
    const chosen = env.METATORCH_PYTHON;
    return { reason: chosen ? `METATORCH_PYTHON is ${chosen}, not a program` : 'no python3' };
  }
  const run = spawnSync(python, ['-c', FIND_TORCH], {
    encoding: 'utf8',
    env,
    timeout: SPAWN_LIMIT_MS,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  if (run.status !== 0) return { reason: `${python} does not run` };
  const origin = run.stdout.trim();
  return origin === '' ? { reason: `${python} has no torch` } : { root: dirname(origin) };
}

function findExecutable(program: string, env: NodeJS.ProcessEnv): string | undefined {
  if (isAbsolute(program) || program.includes('/')) {
    return isExecutable(program) ? program : undefined;
  }
  const suffix = process.platform === 'win32' ? '.exe' : '';
  return (env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, program + suffix))
    .find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
