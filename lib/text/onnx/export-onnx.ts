import {
  type Check,
  flag,
  type OptionsOf,
  objectOf,
  optional,
  positiveFinite,
  readOptions,
  requireTexts,
  string,
} from '../../check';
import { ArgumentRangeError, ArgumentTypeError, invalidArgument } from '../../errors';
import type { Bert, BertParams, LinearParams } from '../../nn';
import { leaves, torch } from '../../torch';
import { requireTensor, shapeOf, wrongShape } from '../../torch/check-tensors';
import { replaceFile } from '../../torch/files/replace-file';
import { SentenceEncoder } from '../encoders/sentence-encoder';
import { addBert, linear, normalized } from './bert-graph';
import { OnnxGraph, type Value } from './graph';

/** What tells labels apart by a text's vector, made to length 1: x Wᵀ + b. */
export type OnnxHead = LinearParams & {
  /** N labels, in the order of the rows of `weight` `[N, D]`. */
  labels: readonly string[];
  /** Probabilities are those of sharpness · scores. Default: 1. */
  sharpness?: number;
  /** Labels do not exclude each other, and probabilities are sigmoids. Default: false. */
  several?: boolean;
};

const OPTIONS = {
  /** Adds `scores` and `probabilities` of labels. Default: vectors alone. */
  head: optional<OnnxHead>(objectOf as Check<OnnxHead>),
};

export type ExportOnnxOptions = OptionsOf<typeof OPTIONS>;

/** Protocol Buffers end at 2 GiB. */
const MOST_BYTES = 2 ** 31 - 1;
const OPERATOR = 'exportOnnx';

/**
 * Writes an encoder of BERT's family (BERT, RoBERTa, XLM-R, MPNet, DistilBERT), with pooling, projections
 * and normalisation, as a file for ONNX Runtime and others. `input_ids` and `attention_mask` are int64
 * `[batch, tokens]`, both sizes open; `sentence_embedding` is float32 `[batch, D]`. With a `head` there
 * are also `scores` and `probabilities` `[batch, N]`, and the labels, as JSON, in the metadata.
 *
 *     text.exportOnnx('encoder.onnx', encoder);
 *     text.exportOnnx('intents.onnx', encoder, { head: { weight, bias, labels } });
 *
 * Ids are those of `encoder.model.tokenize`, as the tokenizer's own files give them elsewhere. Weights of 16
 * bits are written as float32. Operators are those of opset 17.
 *
 * @throws ArgumentTypeError for another kind of encoder, or one in int8; ArgumentRangeError if the file
 *   would have more than 2 GiB; TorchError `ERR_TORCH_FILE` if it cannot be written
 */
export function exportOnnx(
  file: string,
  encoder: SentenceEncoder,
  options: ExportOnnxOptions = {},
): void {
  string(file, 'file', OPERATOR);
  const { head } = readOptions(OPTIONS, options, OPERATOR);
  const { layer, params } = bertOf(encoder);
  const graph = new OnnxGraph();
  const ids = graph.input('input_ids', 'int64', ['batch', 'tokens']);
  const mask = graph.input('attention_mask', 'int64', ['batch', 'tokens']);
  const metadata: Record<string, string> = {
    encoder: encoder.name,
    fingerprint: encoder.fingerprint,
    maxLength: `${encoder.maxLength}`,
  };
  const { chunks, length } = torch.noGrad(() => {
    const vector = addBert({ graph, shape: layer.shape, ids, mask }, params);
    graph.output('sentence_embedding', vector, 'float32', ['batch', layer.outFeatures]);
    if (head !== undefined) {
      addHead(graph, vector, checkedHead(head, layer.outFeatures));
      metadata.labels = JSON.stringify(head.labels);
    }
    return graph.model(encoder.name, metadata);
  });
  if (length > MOST_BYTES) {
    const message = `${OPERATOR}: Expected at most ${MOST_BYTES} bytes, as ONNX files may have, but the encoder's are ${length}`;
    throw new ArgumentRangeError(message, OPERATOR);
  }
  replaceFile(file, chunks);
}

function bertOf(encoder: SentenceEncoder): { layer: Bert; params: BertParams } {
  const expected = 'a SentenceEncoder of the BERT family, as text.loadEncoder reads it,';
  if (!(encoder instanceof SentenceEncoder)) {
    throw invalidArgument(expected, 'encoder', encoder, OPERATOR);
  }
  const { layer, params, spec } = encoder.model;
  if (layer === undefined) throw invalidArgument(expected, 'encoder', spec.kind, OPERATOR);
  const narrow = leaves(params).find(({ dtype }) => dtype === 'int8');
  if (narrow !== undefined) {
    throw new ArgumentTypeError(
      `${OPERATOR}: Expected weights in float32 or float16 but received int8: load the encoder with another precision, and quantize the file`,
      OPERATOR,
    );
  }
  // The model's own, which its layer has read.
  return { layer, params: params as BertParams };
}

function checkedHead(head: OnnxHead, dimensions: number): OnnxHead {
  const { weight, bias, labels, sharpness = 1, several = false } = head;
  requireTexts(labels, 'head.labels', OPERATOR);
  const expected = [labels.length, dimensions];
  const found = shapeOf(requireTensor(weight, 'head.weight', OPERATOR), 'head.weight', OPERATOR);
  if (found.join() !== expected.join()) {
    throw wrongShape(`[${expected.join(', ')}]`, 'head.weight', found, OPERATOR);
  }
  if (bias !== undefined) {
    const size = shapeOf(bias, 'head.bias', OPERATOR);
    if (size.join() !== `${labels.length}`) {
      throw wrongShape(`[${labels.length}]`, 'head.bias', size, OPERATOR);
    }
  }
  positiveFinite(sharpness, 'head.sharpness', OPERATOR);
  flag(several, 'head.several', OPERATOR);
  return { ...head, sharpness, several };
}

function addHead(graph: OnnxGraph, vector: Value, head: OnnxHead): void {
  const { labels, sharpness = 1, several = false } = head;
  const scores = linear(graph, head, 'head', normalized(graph, vector));
  const scaled = graph.op('Mul', [scores, graph.number(sharpness)]);
  const probabilities = several
    ? graph.op('Sigmoid', [scaled])
    : graph.op('Softmax', [scaled], { axis: -1 });
  graph.output('scores', scores, 'float32', ['batch', labels.length]);
  graph.output('probabilities', probabilities, 'float32', ['batch', labels.length]);
}
