/** What stands for all names beyond the first ones. No label of a user's is likely to be the same. */
const OTHER = '(other)';

/** The first names that come, as themselves, and all others as one: metrics must not grow without end. */
export class BoundedNames {
  readonly #names = new Set<string>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  of(name: string): string {
    if (this.#names.has(name)) return name;
    if (this.#names.size >= this.#most) return OTHER;
    this.#names.add(name);
    return name;
  }
}
