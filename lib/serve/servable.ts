import type { Example, ExamplesInput } from './examples/read-examples';
import type { Place, PlacedExample } from './places';
import type { Prediction } from './prediction';
import type { AdditionOptions, EditOptions } from './setup';
import type { RequestOptions } from './workers/request-queue';

/** A classifier as a server uses it: a `FewShotClassifier` or an `AdaptedClassifier`. */
export interface Servable {
  readonly labels: readonly string[];
  readonly examples: readonly Example[];
  readonly unknownExamples: readonly Example[];
  /** What tells labels apart. */
  readonly head: string;
  readonly heldOutAccuracy: number | null;
  predict(texts: readonly string[], options?: RequestOptions): Promise<Prediction[]>;
  plane(
    texts?: readonly string[],
    options?: EditOptions,
  ): Promise<{ examples: PlacedExample[]; texts: Place[] }>;
  addExamples(examples: ExamplesInput, options?: AdditionOptions): Promise<void>;
  removeExamples(texts: readonly string[], options?: EditOptions): Promise<void>;
  removeOwner(owner: string, options?: EditOptions): Promise<void>;
  removeLabel(label: string, options?: EditOptions): Promise<void>;
  renameLabel(label: string, name: string, options?: EditOptions): Promise<void>;
  close(): Promise<void>;
}
