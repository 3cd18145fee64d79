import { join } from 'node:path';
import { DTYPES, readSafetensors, type Tensor, torch, writeSafetensors } from '../../../lib/torch';
import { findPythonWith, runPython } from '../../helpers/files/numpy';
import { temporaryFolder } from '../../helpers/folders';

const folder = temporaryFolder();

// Prints the dtype, the shape and the bytes of every tensor of a file.
const READ = `
import json, sys
from safetensors import deserialize
with open(sys.argv[1], "rb") as file:
    read = deserialize(file.read())
print(json.dumps({name: [x["dtype"], x["shape"], list(x["data"])] for name, x in read}))
`;

const python = findPythonWith('safetensors');

// All dtypes that the format has.
const NAMES = {
  ...{ float64: 'F64', float32: 'F32', float16: 'F16', bfloat16: 'BF16', complex64: 'C64' },
  ...{ int64: 'I64', int32: 'I32', int16: 'I16', int8: 'I8', bool: 'BOOL' },
  ...{ uint64: 'U64', uint32: 'U32', uint16: 'U16', uint8: 'U8' },
} as const;
const KINDS = DTYPES.filter((dtype) => dtype !== 'complex128');

const told = (x: Tensor) => [
  new Map<string, string>(Object.entries(NAMES)).get(x.dtype),
  x.shape,
  x.numel() === 0 ? [] : x.contiguous().flatten().view('uint8').tolist(),
];

(python ? test : test.skip)(
  `Python's safetensors reads what is written, of every dtype${python ? '' : ' (needs Python with safetensors)'}`,
  () => {
    const path = join(folder(), 'all.safetensors');
    torch.scope(() => {
      const numbers = torch.randn([3, 4], { generator: torch.generator(1) }).mul(50);
      const all: Record<string, Tensor> = {
        'layer.0/größe': numbers.mT,
        scalar: torch.tensor(0.5),
        empty: torch.zeros([0, 3]),
      };
      for (const dtype of KINDS) all[dtype] = numbers.abs().to(dtype);
      writeSafetensors(path, all, { format: 'pt', note: 'ü' });
      const tensors = JSON.parse(runPython(python ?? '', READ, [path]));
      const expected = Object.entries(readSafetensors(path).tensors).map(([name, x]) => [
        name,
        told(x),
      ]);
      expect(tensors).toEqual(Object.fromEntries(expected));
      expect(Object.keys(tensors).toSorted()).toEqual(Object.keys(all).toSorted());
    });
  },
);
