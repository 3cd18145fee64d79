import { elementCount } from '../../check-tensors';
import { type Check, type CheckedArguments, written } from './checked-arguments';

/** Weights `[out, in]` for rows of `in` numbers, by what the operator calls the rows, the weights and the bias. */
const linear =
  (...[x, w, b]: [x: string, w: string, b: string]): Check =>
  (args) => {
    const { shape = [] } = args.tensor(x) ?? {};
    const { shape: weight = [] } = args.tensor(w) ?? {};
    args.require(shape.length > 0, 'one or more dimensions', x, written(shape));
    args.require(weight.length === 2, 'a shape [out, in]', w, written(weight));
    const [outputs = 0, inputs = 0] = weight;
    args.require(shape.at(-1) === inputs, `a shape [..., ${inputs}]`, x, written(shape));
    args.requireShape(args.tensor(b), [outputs]);
  };

/** Weights with as many dimensions as the images. */
function transposed(args: CheckedArguments): void {
  const { shape = [] } = args.tensor('X') ?? {};
  const { shape: weight = [] } = args.tensor('W') ?? {};
  args.require(shape.length >= 3, '3 or more dimensions', 'X', written(shape));
  args.require(weight.length === shape.length, `${shape.length} dimensions`, 'W', written(weight));
}

/** Steps of windows: sizes are divided by them. */
function positiveStrides(args: CheckedArguments): void {
  const strides = args.numbers('stride');
  const fits = strides.every((stride) => stride > 0);
  args.require(fits, 'positive integers', 'stride', written(strides));
}

const LSTM = 2;
const LSTM_GATES = 4;

/** One layer of an LSTM on `[L, B, I]`: weights `[4H, I]` and `[4H, H]`, two biases `[4H]`, states of B·H numbers. */
function recurrentLayer(args: CheckedArguments): void {
  const { shape = [] } = args.tensor('input') ?? {};
  args.require(shape.length === 3, 'a shape [L, B, I]', 'input', written(shape));
  args.require(!shape.includes(0), 'a tensor with elements', 'input', written(shape));
  args.require(args.number('mode', LSTM) === LSTM, '2, an LSTM', 'mode', args.value('mode'));
  const hidden = args.number('hiddenSize', 0);
  args.require(hidden > 0, 'a positive integer', 'hiddenSize', args.value('hiddenSize'));
  const [, batch = 0, inputs = 0] = shape;
  const rows = LSTM_GATES * hidden;
  args.requireShape(args.tensor('weight0'), [rows, inputs]);
  args.requireShape(args.tensor('weight1'), [rows, hidden]);
  for (const bias of ['weight2', 'weight3']) args.requireShape(args.tensor(bias), [rows]);
  for (const name of ['hx_', 'cx_']) {
    const { shape: state = [] } = args.tensor(name) ?? {};
    const fits = elementCount(state) === batch * hidden;
    args.require(fits, `${batch}·${hidden} elements`, name, written(state));
  }
}

/** Weights that have been packed: what is read of them is no tensor's memory. */
const packedBy =
  (prepack: string): Check =>
  (args) => {
    const layout = args.tensor('qw')?.layout ?? 'strided';
    args.require(layout === 'other', `a weight of onednn.${prepack}`, 'qw', `layout ${layout}`);
  };

const CONVOLUTIONS = [
  'qconv_pointwise',
  'qconv1d_pointwise',
  'qconv2d_pointwise',
  'qconv3d_pointwise',
];

/** What oneDNN's fused operators do not check. */
export const ONEDNN_PRECONDITIONS: Readonly<Record<string, Check>> = {
  'aten::mkldnn_linear': linear('self', 'weight', 'bias'),
  'aten::mkldnn_reorder_conv2d_weight': positiveStrides,
  'aten::mkldnn_reorder_conv3d_weight': positiveStrides,
  'aten::mkldnn_rnn_layer': recurrentLayer,
  'mkldnn::_linear_pointwise': linear('X', 'W', 'B'),
  'mkldnn::_convolution_transpose_pointwise': transposed,
  'mkldnn::_reorder_convolution_weight': positiveStrides,
  'onednn::qconv_prepack': positiveStrides,
  'onednn::qlinear_pointwise': packedBy('qlinear_prepack'),
  ...Object.fromEntries(CONVOLUTIONS.map((name) => [`onednn::${name}`, packedBy('qconv_prepack')])),
};
