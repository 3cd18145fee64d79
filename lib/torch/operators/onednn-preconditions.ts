import { type Check, type CheckedArguments, written } from './checked-arguments';

/** Weights `[out, in]` for rows of `in` numbers; `names` are those of the rows, the weights and the bias. */
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
  'mkldnn::_linear_pointwise': linear('X', 'W', 'B'),
  'mkldnn::_convolution_transpose_pointwise': transposed,
  'onednn::qlinear_pointwise': packedBy('qlinear_prepack'),
  ...Object.fromEntries(CONVOLUTIONS.map((name) => [`onednn::${name}`, packedBy('qconv_prepack')])),
};
