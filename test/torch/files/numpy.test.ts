import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import {
  parseNpy,
  readNpz,
  serializeNpy,
  type Tensor,
  torch,
  writeNpz,
} from '../../../lib/torch/index';
import { mutateHeader } from '../../helpers/files/mutate-header';
import {
  anyArray,
  bytesOf,
  NPY_TOKENS,
  randomTensor,
  readsNpyOrRefuses,
  SAMPLE_NPY,
} from '../../helpers/files/npy-samples';
import { findNumpy, runPython } from '../../helpers/files/numpy';
import { temporaryFolder } from '../../helpers/folders';
import { numbers } from '../../helpers/numbers';

const python = findNumpy();
const folder = temporaryFolder();

// What numpy itself makes of our files, and we of its. Elsewhere the fixture stands for numpy.
const withNumpy = python === undefined ? describe.skip : describe;
const run = (script: string, ...args: string[]): string => runPython(python ?? '', script, args);

// Prints, for each array, its name, dtype, shape and elements in row-major order, then saves all anew.
const ROUND_TRIP = `
import base64, json, sys, numpy as np
with np.load(sys.argv[1]) as archive:
    arrays = {name: archive[name] for name in archive.files}
print(json.dumps([[name, x.dtype.name, list(x.shape), base64.b64encode(x.tobytes("C")).decode()]
                  for name, x in arrays.items()]))
save = np.savez_compressed if sys.argv[3] == "true" else np.savez
save(sys.argv[2], **{name: x.astype(x.dtype.newbyteorder(">"), order="F")
                     for name, x in arrays.items()})
`;

// Prints, for each file of a list in base64, its dtype, shape and elements, or null if refused.
const READ_ALL = `
import base64, io, json, sys, warnings, numpy as np
warnings.simplefilter("ignore")
answers = []
for text in json.load(open(sys.argv[1])):
    file = io.BytesIO(base64.b64decode(text))
    try:
        x = np.lib.format.read_array(file, allow_pickle=False)
        answers.append([x.dtype.name, list(x.shape), base64.b64encode(x.astype(x.dtype.newbyteorder("<")).tobytes("C")).decode()])
    except Exception:
        answers.append(None)
print(json.dumps(answers))
`;

const told = (tensor: Tensor) => [tensor.dtype, tensor.shape, bytesOf(tensor).toString('base64')];

withNumpy(
  `numpy${python === undefined ? ' (skipped: no Python with numpy; set METATORCH_PYTHON)' : ''}`,
  () => {
    test.each([false, true])('reads our archives, and we read its; compressed: %s', (compress) => {
      const samples = fc.sample(anyArray, { numRuns: 200, seed: 5 });
      const [ours, theirs] = [join(folder(), 'ours.npz'), join(folder(), 'theirs.npz')];
      torch.scope(() => {
        const tensors = Object.fromEntries(
          samples.map((sample, i) => [`a/${i} é`, randomTensor(sample)]),
        );
        const expected = Object.entries(tensors).map(([name, tensor]) => [name, ...told(tensor)]);
        writeNpz(ours, tensors, { compress });
        expect(JSON.parse(run(ROUND_TRIP, ours, theirs, String(compress)))).toEqual(expected);
        const read = readNpz(theirs);
        expect(Object.entries(read).map(([name, tensor]) => [name, ...told(tensor)])).toEqual(
          expected,
        );
      });
    });

    test('reads our arrays', () => {
      const list = join(folder(), 'list.json');
      torch.scope(() => {
        const tensors = fc.sample(anyArray, { numRuns: 200, seed: 6 }).map(randomTensor);
        const files = tensors.map((tensor) => Buffer.from(serializeNpy(tensor)).toString('base64'));
        writeFileSync(list, JSON.stringify(files));
        expect(JSON.parse(run(READ_ALL, list))).toEqual(tensors.map(told));
      });
    });

    test('reads altered files as we do, wherever we read them at all', () => {
      const next = numbers(11);
      const altered = Array.from({ length: 20_000 }, () =>
        mutateHeader(SAMPLE_NPY, next, NPY_TOKENS),
      );
      const list = join(folder(), 'list.json');
      const read = altered.filter((file) => readsNpyOrRefuses(file) !== undefined);
      writeFileSync(list, JSON.stringify(read.map((file) => file.toString('base64'))));
      const answers = JSON.parse(run(READ_ALL, list));
      expect(read.length).toBeGreaterThan(300);
      for (const [i, file] of read.entries()) {
        expect([file.toString('latin1'), told(parseNpy(file))]).toEqual([
          file.toString('latin1'),
          answers[i],
        ]);
      }
    });
  },
);
