import type { TextPooling } from '../../nn/transformer/text-pooling';
import type { OnnxGraph, Value } from './graph';

/** Adds the poolings of tokens' vectors `[n, L, D]`, of which those count that `kept` `[n, L]` has 1 for, to a graph. */
export function addPooling(
  graph: OnnxGraph,
  poolings: readonly TextPooling[],
  x: Value,
  kept: Value,
): Value {
  const parts = poolings.map((pooling) => pooledBy(pooling, graph, x, kept));
  const [first] = parts;
  return first !== undefined && parts.length === 1
    ? first
    : graph.op('Concat', parts, { axis: -1 });
}

function pooledBy(pooling: TextPooling, graph: OnnxGraph, x: Value, kept: Value): Value {
  const axes = graph.integers([1]);
  const column = (values: Value): Value => graph.op('Unsqueeze', [values, graph.integers([2])]);
  const sumOf = (values: Value): Value => graph.op('ReduceSum', [values, axes], { keepdims: 0 });
  const atLeastOne = (counts: Value): Value => graph.op('Max', [counts, graph.number(1)]);
  const weighted = (weights: Value): Value => sumOf(graph.op('Mul', [x, column(weights)]));
  const count = (weights: Value): Value => atLeastOne(sumOf(column(weights)));
  const places = (): Value => {
    const counted = graph.op('CumSum', [kept, graph.integer(1)]);
    return graph.op('Mul', [counted, kept]);
  };
  switch (pooling) {
    case 'cls':
      return graph.op('Gather', [graph.op('Mul', [x, column(kept)]), graph.integer(0)], {
        axis: 1,
      });
    case 'max': {
      const present = column(graph.op('Cast', [kept], { to: 9 }));
      const masked = graph.op('Where', [present, x, graph.number(-Infinity)]);
      const most = graph.op('ReduceMax', [masked], { axes: [1], keepdims: 0 });
      const some = graph.op('ReduceMax', [column(kept)], { axes: [1], keepdims: 0 });
      return graph.op('Where', [graph.op('Cast', [some], { to: 9 }), most, graph.number(0)]);
    }
    case 'mean':
      return graph.op('Div', [weighted(kept), count(kept)]);
    case 'mean-sqrt':
      return graph.op('Div', [weighted(kept), graph.op('Sqrt', [count(kept)])]);
    case 'weighted-mean': {
      const weights = places();
      return graph.op('Div', [weighted(weights), count(weights)]);
    }
    case 'last': {
      const place = places();
      const last = graph.op('ReduceMax', [place], { axes: [1], keepdims: 1 });
      const isLast = graph.op('Cast', [graph.op('Equal', [place, last])], { to: 1 });
      return weighted(graph.op('Mul', [isLast, kept]));
    }
  }
}
