import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

// Calls into the library pass through many of its own frames before they reach the caller's.
const FRAMES = 64;
const LOCATION = /(?:\(|at (?:async )?)((?:file:\/\/|\/|[A-Za-z]:[\\/])[^()]*:\d+:\d+)\)?$/;

// Compiled, or as source maps name it.
const PACKAGE = dirname(dirname(__dirname));
const OWN_FOLDERS = [join(PACKAGE, 'dist') + sep, join(PACKAGE, 'lib') + sep];

/** Where a tensor was made, as the caller of the library sees it. */
export type CallSite = {
  /** The first place outside the library, `file:line:column`; undefined if unknown. */
  readonly place: string | undefined;
  /** That frame and those around it, one a line. */
  readonly stack: string;
};

/**
 * Remembers the stack above `caller`. V8 writes a stack out only when it is read, so that remembering
 * is cheap.
 */
export function captureStack(caller: (...args: never[]) => unknown): { readonly stack?: string } {
  const holder: { stack?: string } = {};
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = FRAMES;
  Error.captureStackTrace(holder, caller);
  Error.stackTraceLimit = limit;
  return holder;
}

/** The library's caller, as the stack shows it. */
export function callSite({ stack }: { readonly stack?: string }): CallSite {
  // A custom `Error.prepareStackTrace` may return anything.
  const frames = String(stack)
    .split('\n')
    .filter((line) => /^\s*at /.test(line))
    .map((line) => ({ line: line.trim(), place: placeOf(line.trim()) }));
  const first = frames.findIndex(({ place }) => place !== undefined && !isOwn(place));
  return {
    place: frames[first]?.place,
    stack: frames
      .slice(Math.max(first, 0))
      .map(({ line }) => line)
      .join('\n'),
  };
}

function placeOf(line: string): string | undefined {
  const found = LOCATION.exec(line)?.[1];
  if (found === undefined || !found.startsWith('file:')) return found;
  const [, url = '', position = ''] = /^(.*?)(:\d+:\d+)$/.exec(found) ?? [];
  return fileURLToPath(url) + position;
}

function isOwn(place: string): boolean {
  return OWN_FOLDERS.some((folder) => place.startsWith(folder));
}
