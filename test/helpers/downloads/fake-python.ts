import { join } from 'node:path';
import { writeFiles } from '../folders';

/** How a stand-in for Python behaves. */
export interface FakePython {
  /** What it prints when asked where torch lies. */
  torchOrigin?: string;
  /** A folder whose wheels its pip «downloads»; without it pip fails. */
  wheels?: string;
}

/**
 * Writes a program that stands in for Python: it answers `-c` and `-m pip download`, and notes
 * the arguments of every call as a line of `<path>.calls`.
 */
export function fakePython(folder: string, behaviour: FakePython): string {
  const script = `#!/bin/sh
case "$1" in
  -c) echo "-c" >> "$0.calls"; echo "${behaviour.torchOrigin ?? ''}";;
  *)
    echo "$*" >> "$0.calls"
    while [ "$1" != "--dest" ]; do shift; done
    if [ -z "${behaviour.wheels ?? ''}" ]; then echo "ERROR: no such wheel" >&2; exit 1; fi
    cp "${behaviour.wheels ?? ''}"/*.whl "$2"/;;
esac
`;
  writeFiles(folder, { python3: script }, 0o755);
  return join(folder, 'python3');
}
