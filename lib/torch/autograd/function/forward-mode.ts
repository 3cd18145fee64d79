// Each thread has its own mode, and its own copy of this module.
let depth = 0;

/** Runs `fn`, whose functions with a `jvp` of their own are differentiated by it. */
export function forwardMode<R>(fn: () => R): R {
  depth++;
  try {
    return fn();
  } finally {
    depth--;
  }
}

export function inForwardMode(): boolean {
  return depth > 0;
}
