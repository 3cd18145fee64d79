/** A number of things: `1 example`, `2 examples`, `11,780 words`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}
