import { type Context, createContext, Script } from 'node:vm';

/** Milliseconds for which patterns may work on one text. */
const MOST_MILLISECONDS = 3000;
/** The parts of a tokenizer that have patterns. */
const PARTS = ['normalizer', 'pre_tokenizer', 'post_processor', 'decoder'] as const;
const QUANTIFIER = /[*+?]|\{\d/g;

/**
 * A regular expression of a `tokenizer.json` that may take a time which doubles with every character: one that
 * repeats something twice or more. Undefined if it has none.
 */
export function riskyPattern(json: Readonly<Record<string, unknown>>): string | undefined {
  const left: unknown[] = PARTS.map((part) => json[part]);
  while (left.length > 0) {
    const value = left.pop();
    if (typeof value !== 'object' || value === null) continue;
    const { Regex: pattern }: { Regex?: unknown } = value as object;
    if (typeof pattern === 'string' && isRisky(pattern)) return pattern;
    for (const one of Object.values(value)) left.push(one);
  }
  return undefined;
}

function isRisky(pattern: string): boolean {
  return (pattern.replace(/\\./gs, 'x').match(QUANTIFIER)?.length ?? 0) > 1;
}

type Room = { readonly context: Context; readonly script: Script };
let room: Room | undefined;

/** Made with the first tokenizer that needs it. */
function openRoom(): Room {
  room ??= { context: createContext({}), script: new Script('work()') };
  return room;
}

/**
 * What `work` gives, if it takes less than 3 seconds. The engine's regular expressions cannot be stopped in
 * another way; to watch takes some hundredths of a millisecond.
 *
 * @throws what `late` makes, if it takes longer
 */
export function withinTime<T>(work: () => T, late: () => Error): T {
  const { context, script } = openRoom();
  let result: { readonly value: T } | undefined;
  context.work = () => {
    result = { value: work() };
  };
  try {
    script.runInContext(context, { timeout: MOST_MILLISECONDS });
  } catch (error) {
    throw Object(error).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT' ? late() : error;
  } finally {
    context.work = undefined;
  }
  if (result === undefined) throw late();
  return result.value;
}
