import { packageVersion } from '../../package-version';
import { type Tensor, torch } from '../../torch';
import { Message } from './message';

/** Version of the operators; those of LayerNormalization came with 17, which runtimes since 2022 have. */
const OPSET = 17;
const IR_VERSION = 8;
/** The numbers of `TensorProto.DataType`. */
const TYPES = { float32: 1, int64: 7 } as const;
/** The numbers of `AttributeProto.AttributeType`. */
const FLOAT = 1;
const INT = 2;
const INTS = 7;

type DataType = keyof typeof TYPES;
/** The name of a value of a graph. */
export type Value = string;
/** A size, or the name of one that is open. */
export type Dim = number | string;
/** Numbers with a fraction are wrapped, since 1 may be meant as one. */
export type Attributes = Readonly<
  Record<string, number | readonly number[] | { readonly float: number }>
>;

/**
 * A graph of ONNX that is being built. Values are named by what makes them.
 * https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3
 */
export class OnnxGraph {
  readonly #nodes: Message[] = [];
  readonly #initializers: Message[] = [];
  readonly #inputs: Message[] = [];
  readonly #outputs: Message[] = [];
  readonly #constants = new Map<string, Value>();
  #count = 0;

  input(name: Value, type: DataType, dims: readonly Dim[]): Value {
    this.#inputs.push(valueInfo(name, type, dims));
    return name;
  }

  /** Gives a value a name of its own, by which callers ask for it. */
  output(name: string, value: Value, type: DataType, dims: readonly Dim[]): void {
    this.#node('Identity', [value], [name], {});
    this.#outputs.push(valueInfo(name, type, dims));
  }

  /** The value of an operator with one result. */
  op(type: string, inputs: readonly Value[], attributes: Attributes = {}): Value {
    const name = `${type}_${this.#count++}`;
    this.#node(type, inputs, [name], attributes);
    return name;
  }

  /** Weights, as float32. */
  weights(name: string, tensor: Tensor): Value {
    const bytes = torch.scope(() => {
      const { buffer, byteOffset, byteLength } = tensor
        .detach()
        .to('float32')
        .cpu()
        .contiguous()
        .data();
      return new Uint8Array(buffer, byteOffset, byteLength);
    });
    return this.#initializer(name, 'float32', tensor.shape, bytes);
  }

  /** A number of float32. */
  number(value: number): Value {
    return this.#constant(`number ${value}`, 'float32', [], Float32Array.of(value));
  }

  /** Integers, as shapes and axes are given. */
  integers(values: readonly number[]): Value {
    const data = BigInt64Array.from(values, BigInt);
    return this.#constant(`integers ${values}`, 'int64', [values.length], data);
  }

  /** One integer without dimensions. */
  integer(value: number): Value {
    return this.#constant(`integer ${value}`, 'int64', [], BigInt64Array.of(BigInt(value)));
  }

  /** The file: a `ModelProto` with this graph, and what readers may want to know beside it. */
  model(name: string, metadata: Readonly<Record<string, string>>): Message {
    const graph = new Message().string(2, name);
    for (const node of this.#nodes) graph.message(1, node);
    for (const initializer of this.#initializers) graph.message(5, initializer);
    for (const input of this.#inputs) graph.message(11, input);
    for (const output of this.#outputs) graph.message(12, output);
    const model = new Message()
      .int(1, IR_VERSION)
      .string(2, 'metatorch')
      .string(3, packageVersion())
      .message(8, new Message().int(2, OPSET))
      .message(7, graph);
    for (const [key, value] of Object.entries(metadata)) {
      model.message(14, new Message().string(1, key).string(2, value));
    }
    return model;
  }

  #constant(
    name: string,
    type: DataType,
    shape: readonly number[],
    data: Float32Array | BigInt64Array,
  ): Value {
    let found = this.#constants.get(name);
    if (found === undefined) {
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      found = this.#initializer(name, type, shape, bytes);
      this.#constants.set(name, found);
    }
    return found;
  }

  #initializer(name: string, type: DataType, shape: readonly number[], bytes: Uint8Array): Value {
    const tensor = new Message();
    for (const size of shape) tensor.int(1, size);
    this.#initializers.push(tensor.int(2, TYPES[type]).string(8, name).bytes(9, bytes));
    return name;
  }

  #node(
    type: string,
    inputs: readonly Value[],
    outputs: readonly Value[],
    attributes: Attributes,
  ): void {
    const node = new Message();
    for (const input of inputs) node.string(1, input);
    for (const output of outputs) node.string(2, output);
    node.string(3, outputs.join()).string(4, type);
    for (const [name, value] of Object.entries(attributes)) {
      node.message(5, attribute(new Message().string(1, name), value));
    }
    this.#nodes.push(node);
  }
}

function attribute(message: Message, value: Attributes[string]): Message {
  if (typeof value === 'number') return message.int(3, value).int(20, INT);
  if ('float' in value) return message.float(2, value.float).int(20, FLOAT);
  for (const item of value) message.int(8, item);
  return message.int(20, INTS);
}

function valueInfo(name: string, type: DataType, dims: readonly Dim[]): Message {
  const shape = new Message();
  for (const dim of dims) {
    const one = new Message();
    shape.message(1, typeof dim === 'number' ? one.int(1, dim) : one.string(2, dim));
  }
  const tensor = new Message().int(1, TYPES[type]).message(2, shape);
  return new Message().string(1, name).message(2, new Message().message(1, tensor));
}
