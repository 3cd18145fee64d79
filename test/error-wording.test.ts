import { reword } from '../lib/error-wording';
import { torch } from '../lib/torch';

test.each<[string, string, string]>([
  ['', 'Set allow_unused=True if wanted.', 'Set allowUnused: true if wanted.'],
  ['', 'Specify retain_graph=True, or dim=None', 'Specify retainGraph: true, or dim: null'],
  [
    '',
    'use torch.index_select or x.requires_grad_()',
    'use torch.indexSelect or x.requiresGrad_()',
  ],
  ['indexSelect', 'index_select(): Expected dtype int32', 'Expected dtype int32'],
  ['view', 'view size is not compatible', 'view size is not compatible'],
  ['mm', `"addmm_impl_cpu_" not implemented for 'ComplexHalf'`, 'not implemented for complex32'],
  [
    '',
    'expected scalar type Float but found Double',
    'expected scalar type float32 but found float64',
  ],
  ['', 'got: float != long int', 'got: float32 != int64'],
  ['', 'got: c10::Half != c10::complex<float>', 'got: float16 != complex64'],
  ['', 'to be Long; but got CPUFloatType instead', 'to be int64; but got float32 instead'],
  ['', "Could not run 'aten::sparse_mask' here", "Could not run 'sparseMask' here"],
  ['', 'Bad c10::ScalarType for at::Tensor', 'Bad ScalarType for Tensor'],
  ['', 'It fails. Please file an issue on GitHub.', 'It fails.'],
  [
    'nonzero',
    'Attempted to vmap over aten::nonzero. Please file an issue at https://github.com/pytorch/pytorch/issues if you need this feature.',
    'Attempted to vmap over nonzero.',
  ],
  [
    '',
    'Use others. If said operator is being called inside the PyTorch framework, please file a bug report instead.',
    'Use others.',
  ],
  [
    '',
    'Like the same. If this is necessary for your usage, please file an issue with functorch.',
    'Like the same.',
  ],
  [
    '',
    'Hint: enable anomaly detection to find the operation that failed to compute its gradient, with torch.autograd.set_detect_anomaly(True, check_nan=False).',
    'Hint: torch.autograd.detectAnomaly(fn) names the line whose gradient failed to be computed.',
  ],
  ['', 'Fails.  (Could this error message be improved?  If so, please report.)', 'Fails.'],
  [
    '',
    'x INTERNAL ASSERT FAILED at "/a/b_c.cpp":12, please report a bug to PyTorch. No grad_fn',
    'x an internal check of libtorch failed No gradFn',
  ],
  [
    '',
    "a value 'some_word' stays, and channels_last",
    "a value 'some_word' stays, and channels_last",
  ],
])('%s: %s', (operator, message, expected) => {
  expect(reword(message, operator)).toBe(expected);
});

const x = torch.tensor([[1, 2, 3]]);
const leaf = torch.tensor([1], { requiresGrad: true });

test.each<[string, () => unknown]>([
  [
    'grad: element 0 of inputs appears',
    () => torch.grad(leaf.mul(2).sum(), [torch.ones([1], { requiresGrad: true })]),
  ],
  [
    'matmul: expected m1 and m2 to have the same dtype, but got: float32 != int64',
    () => x.matmul(x.to('int64').mT),
  ],
  [
    'indexSelect: Expected dtype int32 or int64 for index',
    () => x.indexSelect(0, torch.tensor([0.5])),
  ],
  [
    'crossEntropyLoss: expected target dtype to be int64 or uint8, but got int32',
    () => x.crossEntropyLoss(torch.tensor([0], { dtype: 'int32' })),
  ],
  ['attention: ', () => torch.attention(x, torch.ones([1, 2]), x)],
])('libtorch says «%s»', (message, call) => {
  expect(call).toThrow(message);
});

test('the operator has the name that was called', () => {
  expect(() => x.indexSelect(0, torch.tensor([0.5]))).toThrow(
    expect.objectContaining({ operator: 'indexSelect' }),
  );
});
