import type { BertParams, LinearParams } from '../../nn';
import type {
  BertShape,
  LinearProjection,
  TextProjection,
} from '../../nn/transformer/bert-options';
import { relativeBuckets } from '../../nn/transformer/relative-positions';
import { type Tensor, torch } from '../../torch';
import type { OnnxGraph, Value } from './graph';
import { addPooling } from './pooling-graph';

/** Added to a score to make its weight 0, as in `nn.bert`. */
const NEVER = -1e9;
/** ε of `nn.layerNorm`. */
const LAYER_NORM_EPS = 1e-5;
/** The shortest vector that is not lengthened, as in `nn.bert`. */
const SHORTEST = 1e-12;

/** What one model's parts share. */
type Build = {
  readonly graph: OnnxGraph;
  readonly shape: BertShape;
  /** `[n, L]`, int64: the ids, and 1 for tokens or 0 for padding. */
  readonly ids: Value;
  readonly mask: Value;
};

/** Adds `nn.bert` to a graph: ids and mask `[n, L]` to the texts' vectors `[n, D]`. */
export function addBert(build: Build, params: BertParams): Value {
  const { graph, shape } = build;
  const kept = graph.op('Cast', [build.mask], { to: 1 });
  let x = embeddings(build, params);
  const added = addedScores(build, params, kept);
  for (const [i, layer] of params.layers.entries()) {
    x = encoderLayer(build, layer, `layers.${i}`, x, added);
  }
  let text = addPooling(graph, shape.pooling, x, kept);
  for (const [i, one] of shape.projections.entries()) {
    const own = params.projections?.[i];
    if (own === undefined) throw new RangeError(`Expected parameters of projection ${i}`);
    text = projected(graph, one, own, `projections.${i}`, text);
  }
  return shape.normalize ? normalized(graph, text) : text;
}

function projected(
  graph: OnnxGraph,
  one: TextProjection,
  own: LinearParams,
  name: string,
  x: Value,
): Value {
  if (one !== 'layer-norm') {
    return activated(graph, one.activation ?? 'none', linear(graph, own, name, x));
  }
  const { weight, bias } = own;
  if (bias === undefined) throw new RangeError('Expected the bias of a normalisation');
  return norm(graph, { eps: LAYER_NORM_EPS }, { weight, bias }, name, x);
}

/** x Wᵀ + b */
export function linear(
  graph: OnnxGraph,
  { weight, bias }: LinearParams,
  name: string,
  x: Value,
): Value {
  const transposed = torch.scope(() => graph.weights(`${name}.weight`, weight.mT));
  const product = graph.op('MatMul', [x, transposed]);
  if (bias === undefined) return product;
  return graph.op('Add', [product, graph.weights(`${name}.bias`, bias)]);
}

/** Each vector divided by its length, if that is not 0. */
export function normalized(graph: OnnxGraph, x: Value): Value {
  const length = graph.op('ReduceL2', [x], { axes: [-1], keepdims: 1 });
  return graph.op('Div', [x, graph.op('Max', [length, graph.number(SHORTEST)])]);
}

function embeddings({ graph, shape, ids, mask }: Build, { embeddings }: BertParams): Value {
  const table = (name: string, own: { weight: Tensor }): Value =>
    graph.weights(`embeddings.${name}.weight`, own.weight);
  const place = placesOf(graph, ids, mask, shape.paddingId);
  const row = graph.op('Add', [place, graph.integer(shape.positionOffset)]);
  const words = graph.op('Gather', [table('words', embeddings.words), ids]);
  const positions = graph.op('Gather', [table('positions', embeddings.positions), row]);
  let x = graph.op('Add', [words, positions]);
  const { types } = embeddings;
  if (types !== undefined) {
    const first = torch.scope(() => types.weight.select(0, 0));
    x = graph.op('Add', [x, graph.weights('embeddings.types.first', first)]);
    first.dispose();
  }
  return norm(graph, shape, embeddings.norm, 'embeddings.norm', x);
}

/** Of each token, its place in its text, from 0; padding has none, and takes that of the token before it. */
function placesOf(graph: OnnxGraph, ids: Value, mask: Value, paddingId?: number): Value {
  const before = (present: Value): Value => {
    const counted = graph.op('CumSum', [present, graph.integer(1)]);
    return graph.op('Max', [graph.op('Sub', [counted, graph.integer(1)]), graph.integer(0)]);
  };
  if (paddingId === undefined) return before(mask);
  const without = graph.op('Equal', [ids, graph.integer(paddingId)]);
  const placed = graph.op('Where', [without, graph.integer(0), mask]);
  return graph.op('Where', [without, graph.integer(-1), before(placed)]);
}

function norm(
  graph: OnnxGraph,
  { eps }: Pick<BertShape, 'eps'>,
  { weight, bias }: BertParams['embeddings']['norm'],
  name: string,
  x: Value,
): Value {
  const inputs = [x, graph.weights(`${name}.weight`, weight), graph.weights(`${name}.bias`, bias)];
  return graph.op('LayerNormalization', inputs, { axis: -1, epsilon: { float: eps } });
}

/** What is added to the scores of every pair of tokens: `[n, 1 or H, 1 or L, L]`. */
function addedScores({ graph, shape, ids }: Build, params: BertParams, kept: Value): Value {
  const hidden = graph.op('Mul', [graph.op('Sub', [graph.number(1), kept]), graph.number(NEVER)]);
  const mask = graph.op('Unsqueeze', [hidden, graph.integers([1, 2])]);
  if (params.relativePositions === undefined) return mask;
  // One bias for each distance, from that of the last key and the first query on.
  const { weight } = params.relativePositions;
  const longest = shape.positions - shape.positionOffset;
  const table = torch.scope(() => {
    const buckets = relativeBuckets(longest, shape.relativeBuckets);
    const behind = buckets.select(1, 0).flip([0]);
    const ahead = buckets.select(0, 0).narrow(0, 1, longest - 1);
    const rows = weight.indexSelect(0, torch.cat([behind, ahead]));
    return graph.weights('relativePositions.byDistance', rows);
  });
  const length = graph.op('Gather', [graph.op('Shape', [ids]), graph.integer(1)]);
  const place = graph.op('Range', [graph.integer(0), length, graph.integer(1)]);
  const keys = graph.op('Unsqueeze', [place, graph.integers([0])]);
  const queries = graph.op('Unsqueeze', [place, graph.integers([1])]);
  const distance = graph.op('Sub', [keys, queries]);
  const at = graph.op('Add', [distance, graph.integer(longest - 1)]);
  const biases = graph.op('Transpose', [graph.op('Gather', [table, at])], { perm: [2, 0, 1] });
  return graph.op('Add', [graph.op('Unsqueeze', [biases, graph.integers([0])]), mask]);
}

function encoderLayer(
  { graph, shape }: Build,
  { attention, feedForward }: BertParams['layers'][number],
  name: string,
  x: Value,
  added: Value,
): Value {
  const qkv = linear(graph, attention.qkv, `${name}.attention.qkv`, x);
  const seen = attend(graph, shape, qkv, added);
  const output = linear(graph, attention.output, `${name}.attention.output`, seen);
  const sum = graph.op('Add', [output, x]);
  const y = norm(graph, shape, attention.norm, `${name}.attention.norm`, sum);
  const up = linear(graph, feedForward.up, `${name}.feedForward.up`, y);
  const between = activated(graph, shape.activation, up);
  const down = linear(graph, feedForward.down, `${name}.feedForward.down`, between);
  const found = graph.op('Add', [down, y]);
  return norm(graph, shape, feedForward.norm, `${name}.feedForward.norm`, found);
}

function attend(
  graph: OnnxGraph,
  { heads, dimensions }: BertShape,
  qkv: Value,
  added: Value,
): Value {
  const size = dimensions / heads;
  const split = graph.op('Reshape', [qkv, graph.integers([0, 0, 3, heads, size])]);
  const parts = graph.op('Transpose', [split], { perm: [2, 0, 3, 1, 4] });
  const part = (i: number): Value => graph.op('Gather', [parts, graph.integer(i)], { axis: 0 });
  const keys = graph.op('Transpose', [part(1)], { perm: [0, 1, 3, 2] });
  const scores = graph.op('MatMul', [part(0), keys]);
  const scaled = graph.op('Div', [scores, graph.number(Math.sqrt(size))]);
  const weights = graph.op('Softmax', [graph.op('Add', [scaled, added])], { axis: -1 });
  const seen = graph.op('Transpose', [graph.op('MatMul', [weights, part(2)])], {
    perm: [0, 2, 1, 3],
  });
  return graph.op('Reshape', [seen, graph.integers([0, 0, dimensions])]);
}

type Activation = BertShape['activation'] | NonNullable<LinearProjection['activation']>;

function activated(graph: OnnxGraph, name: Activation, x: Value): Value {
  const half = (factor: Value): Value =>
    graph.op('Mul', [graph.op('Mul', [x, graph.number(0.5)]), onePlus(graph, factor)]);
  switch (name) {
    case 'none':
      return x;
    case 'relu':
      return graph.op('Relu', [x]);
    case 'tanh':
      return graph.op('Tanh', [x]);
    case 'gelu':
      return half(graph.op('Erf', [graph.op('Div', [x, graph.number(Math.SQRT2)])]));
    case 'gelu-tanh': {
      const cube = graph.op('Mul', [graph.op('Mul', [x, x]), x]);
      const inner = graph.op('Add', [x, graph.op('Mul', [cube, graph.number(0.044715)])]);
      const scaled = graph.op('Mul', [inner, graph.number(Math.sqrt(2 / Math.PI))]);
      return half(graph.op('Tanh', [scaled]));
    }
  }
}

function onePlus(graph: OnnxGraph, x: Value): Value {
  return graph.op('Add', [x, graph.number(1)]);
}
