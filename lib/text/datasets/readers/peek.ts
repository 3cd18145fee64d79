/** The first item of a sequence, undefined if it is empty, and all of its items. */
export async function peek<T>(
  items: AsyncIterable<T>,
): Promise<{ first: T | undefined; all: AsyncGenerator<T> }> {
  const iterator = items[Symbol.asyncIterator]();
  const start = await iterator.next();
  async function* all(): AsyncGenerator<T> {
    try {
      for (let next = start; next.done !== true; next = await iterator.next()) yield next.value;
    } finally {
      await iterator.return?.();
    }
  }
  return { first: start.done === true ? undefined : start.value, all: all() };
}
