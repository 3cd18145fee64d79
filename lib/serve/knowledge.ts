import { disposeTree } from '../torch';
import type { Core } from './core';
import type { Example } from './examples/read-examples';
import type { Scorer } from './predict';
import { partOf, releaseAll, type Shared, shareAll, takeAll } from './workers/shared-tree';

/**
 * One state of a classifier: its labels, its examples, and what was made of them, also as tokens for
 * threads. It is replaced as a whole; its tensors live until the last request that came for it is answered.
 */
export class Knowledge {
  readonly labels: readonly string[];
  readonly rows: readonly Example[];
  readonly core: Core;
  readonly shared: Shared<Core>;
  /** What scoring needs: every request sends it. */
  readonly scorer: Shared<Scorer>;
  #users = 1;

  constructor(labels: readonly string[], rows: readonly Example[], core: Core) {
    this.labels = labels;
    this.rows = rows;
    this.core = core;
    this.shared = shareAll(core);
    this.scorer = partOf(this.shared, 'x', 'fitted', 'tuned');
  }

  /** The same knowledge under other names of its labels. */
  renamed(rename: (label: string) => string): Knowledge {
    const rows = this.rows.map((row) => ({ ...row, label: rename(row.label) }));
    return new Knowledge(this.labels.map(rename), rows, takeAll(this.shared));
  }

  /** Runs `fn` while the tensors are kept. */
  async use<T>(fn: () => Promise<T>): Promise<T> {
    this.#users++;
    try {
      return await fn();
    } finally {
      this.release();
    }
  }

  /** Gives up the hold that its maker has. */
  release(): void {
    this.#users--;
    if (this.#users > 0) return;
    releaseAll(this.shared);
    disposeTree(this.core);
  }
}
