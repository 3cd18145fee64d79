/** The derivatives of operators: autograd calls them, with arguments that they do not check. */
const DERIVATIVE = /_backward(?:_|$)/;

/** Operators on weights packed into bytes, which cannot be validated. libtorch has deprecated them. */
const PACKED = /^aten::(?:fbgemm_|quantized_(?:lstm|gru|rnn_))/;

// Derivatives that check what they are given, or whose arguments are checked above.
const CHECKED_DERIVATIVES = new Set([
  'aten::native_dropout_backward',
  'aten::_softmax_backward_data',
  'aten::max_pool2d_with_indices_backward',
]);

/** Why an operator cannot be called by its name; undefined if it can. */
export function unreachable(name: string): string | undefined {
  if (PACKED.test(name)) {
    return `${name} takes packed weights, which cannot be checked; libtorch has deprecated it`;
  }
  if (!DERIVATIVE.test(name) || CHECKED_DERIVATIVES.has(name)) return undefined;
  return `${name} is the derivative of another operator and does not check its arguments: use torch.grad`;
}
