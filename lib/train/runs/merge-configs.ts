import { isPlainObject } from '../../check';

/** A config before it has been checked. */
export type ConfigTree = { readonly [key: string]: unknown };

/**
 * Two configs as one: what `over` says counts. Objects are merged key by key, and `{ kind: 'maml' }` is what
 * the name `maml` stands for; another name or kind takes the options of the one before away.
 */
export function merged(base: ConfigTree, over: ConfigTree): ConfigTree {
  const entries = new Map(Object.entries(base));
  for (const [key, value] of Object.entries(over)) {
    const before = asOptions(entries.get(key), key);
    const isMerged = isPlainObject(value) && before !== undefined && agree(before, value);
    entries.set(key, isMerged ? merged(before, value) : value);
  }
  // An assignment would lose a key named __proto__, which is to be refused.
  return Object.fromEntries(entries);
}

function agree(before: ConfigTree, over: ConfigTree): boolean {
  return over.kind === undefined || before.kind === undefined || over.kind === before.kind;
}

/** What a name alone stands for. */
function asOptions(value: unknown, key: string): ConfigTree | undefined {
  if (typeof value === 'string') return key === 'data' ? { source: value } : { kind: value };
  return isPlainObject(value) ? value : undefined;
}

/** A value at dotted keys: `episodes.ways` to `{ episodes: { ways } }`. */
export function atKeys(dotted: string, value: unknown): ConfigTree {
  return dotted
    .split('.')
    .reverse()
    .reduce<unknown>((inner, key) => ({ [key]: inner }), value) as ConfigTree;
}
