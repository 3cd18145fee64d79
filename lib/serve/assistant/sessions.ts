import type { SlotValue } from './slots';

/** What a conversation is about. */
export type Session = {
  readonly id: string;
  /** Whose words these are, as far as it was said. */
  owner: string | undefined;
  /** The last question, which a correction is about. */
  question: string | undefined;
  /** The slot that was asked for, of which intent, and how often. */
  asked: { intent: string; slot: string; times: number } | undefined;
  /** The values that the customer has given. */
  slots: Record<string, SlotValue>;
  /** When something was said last. */
  at: number;
};

/** Conversations under way: those that said nothing for long are over, and of too many the one that was silent longest. */
export class Sessions {
  readonly #sessions = new Map<string, Session>();
  readonly #most: number;
  readonly #lifetime: number;

  /** @param lifetime in milliseconds */
  constructor(most: number, lifetime: number) {
    this.#most = most;
    this.#lifetime = lifetime;
  }

  get size(): number {
    this.#expire();
    return this.#sessions.size;
  }

  /** The session of an id, if it is not over. */
  find(id: string): Session | undefined {
    this.#expire();
    return this.#sessions.get(id);
  }

  /** The session of an id, or a new one; it is the last to go. */
  take(id: string): Session {
    const now = Date.now();
    const session = this.find(id) ?? {
      id,
      owner: undefined,
      question: undefined,
      asked: undefined,
      slots: {},
      at: now,
    };
    session.at = now;
    // A map keeps the order in which keys came: the first is the one that was silent longest.
    this.#sessions.delete(id);
    this.#sessions.set(id, session);
    const [first] = this.#sessions.keys();
    if (this.#sessions.size > this.#most && first !== undefined) this.#sessions.delete(first);
    return session;
  }

  end(id: string): void {
    this.#sessions.delete(id);
  }

  /** Ends all of an owner, and says how many. */
  endOf(owner: string): number {
    const own = [...this.#sessions.values()].filter((session) => session.owner === owner);
    for (const { id } of own) this.#sessions.delete(id);
    return own.length;
  }

  #expire(): void {
    const over = Date.now() - this.#lifetime;
    for (const [id, { at }] of this.#sessions) {
      if (at > over) return;
      this.#sessions.delete(id);
    }
  }
}
