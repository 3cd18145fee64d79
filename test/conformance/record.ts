/** What the exporter writes of one sample; `exporter/record.py` makes it. */
export type CallRecord = {
  /** The OpInfo, for example `linalg.norm`. */
  op: string;
  dtype: string;
  sample: number;
  file: string;
  /** The operator in the dispatcher, and the overload that PyTorch chose. */
  name: string;
  overload: string;
  /** True if the first argument is a tensor called `self`. */
  method: boolean;
  /** Places of the arguments that the operator writes into: it is given copies. */
  written: number[];
  seed: number;
  args: Encoded[];
  kwargs: Record<string, Encoded>;
  results: Encoded[];
  /** False where the elements are whatever memory held. */
  compare: boolean;
  first: OrderRecord | null;
  second: OrderRecord | null;
};

/** Gradients of some results, times `weights`, with respect to all leaves, or PyTorch's refusal. */
export type OrderRecord = { of: number[]; weights: Encoded[] } & (
  | { gradients: (Encoded | null)[] }
  | { error: string }
);

/** A value as JSON: `exporter/store.py` makes it. */
export type Encoded =
  | null
  | boolean
  | number
  | string
  | Encoded[]
  | EncodedTensor
  | { int: string }
  | { number: string }
  | { complex: [Encoded, Encoded] };

/** A tensor, or its parts; `leaf` is its place among those that gradients are taken for. */
export type EncodedTensor = { leaf?: number } & (
  | { tensor: string; shape?: number[]; strides?: number[]; offset?: number }
  | { pairs: EncodedTensor }
  | { sparse: [EncodedTensor, EncodedTensor]; shape: number[]; coalesced: boolean }
  | { csr: [EncodedTensor, EncodedTensor, EncodedTensor]; shape: number[] }
);

/** What the exporter tells of one OpInfo and dtype. */
export type OperatorFacts = {
  op: string;
  dtype: string;
  samples: number;
  available?: number;
  /** How many samples were left out, by reason. */
  skipped: Record<string, number>;
  /** True if the database's own name for it is an operator of the dispatcher. */
  inDispatcher: boolean;
  leftOut?: string;
};

export type Summary = { torch: string; limit: number; operators: OperatorFacts[] };
