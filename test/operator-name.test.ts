import { placeOf, publicName } from '../lib/operator-name';

test.each([
  ['aten::add_', 'add_'],
  ['aten::log_softmax', 'logSoftmax'],
  ['aten::linalg_matrix_norm', 'linalg.matrixNorm'],
  ['aten::linalg__powsum', 'linalgPowsum'],
  ['aten::fft_fft', 'fft.fft'],
  ['aten::special_i0e', 'special.i0e'],
  ['aten::sparse_coo_tensor', 'sparseCooTensor'],
  ['aten::_sparse_log_softmax', 'sparse.logSoftmax'],
  ['metatorch::task_linear', 'taskLinear'],
  ['item', 'item'],
  ['', ''],
])('%s is written %s', (operator, expected) => {
  expect(publicName(operator)).toBe(expected);
});

test('an operator without a module is in torch itself', () => {
  expect(placeOf('sparse_dim')).toEqual({ namespace: undefined, name: 'sparseDim' });
  expect(placeOf('fft_fftfreq')).toEqual({ namespace: 'fft', name: 'fftfreq' });
});
