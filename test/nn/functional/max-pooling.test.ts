import { functional as F } from '../../../lib/nn';
import { torch } from '../../../lib/torch';
import { apply } from '../../helpers/junk';

const wave = torch.arange(32, { dtype: 'float64' }).mul(0.7).sin();
const image = wave.view(1, 2, 4, 4);
const line = wave.view(2, 16);
const volume = wave.view(1, 2, 4, 2, 2);

describe('returnIndices', () => {
  // Places of Python's torch 2.13.
  test('gives the greatest and their places, by name and by position', () => {
    const both = F.maxPool2d(image, 2, { returnIndices: true });
    const [output, indices] = both;
    expect(both.output).toBe(output);
    expect(both.indices).toBe(indices);
    expect(indices.flatten().tolist()).toEqual([1n, 2n, 12n, 11n, 4n, 3n, 13n, 14n]);
    expect(output.equal(F.maxPool2d(image, 2))).toBe(true);
    expect(F.maxPool2d(image, 2, 2, 0, 1, false, true).indices.equal(indices)).toBe(true);
    expect(F.maxUnpool2d(output, indices, 2).shape).toEqual([1, 2, 4, 4]);
  });

  test('of one and three dimensions', () => {
    const { output, indices } = F.maxPool1d(line, 3, 2, { returnIndices: true });
    expect(line.gather(1, indices).equal(output)).toBe(true);
    const cube = F.maxPool3d(volume, [2, 2, 2], { returnIndices: true, stride: 1 });
    const flat = volume.flatten(2).gather(2, cube.indices.flatten(2));
    expect(flat.equal(cube.output.flatten(2))).toBe(true);
  });

  test('of pooling to a size', () => {
    const { output, indices } = F.adaptiveMaxPool2d(image, [3, 2], { returnIndices: true });
    expect(image.flatten(2).gather(2, indices.flatten(2)).equal(output.flatten(2))).toBe(true);
    expect(F.adaptiveMaxPool1d(line, 5, true)[1].shape).toEqual([2, 5]);
    expect(F.adaptiveMaxPool3d(volume, 1, true).output.shape).toEqual([1, 2, 1, 1, 1]);
    expect(F.adaptiveMaxPool2d(image, 2, false).shape).toEqual([1, 2, 2, 2]);
  });

  test('without it there is one tensor, and nothing is left', () => {
    expect(F.maxPool2d(image, 2, 1, 0, { dilation: 2, returnIndices: false }).shape).toEqual([
      1, 2, 2, 2,
    ]);
    const before = torch.memory().tensors;
    using _pooled = F.adaptiveMaxPool2d(image, 2);
    expect(torch.memory().tensors - before).toBe(1);
  });
});

test.each<[string, unknown[], string]>([
  [
    'maxPool2d',
    [image, 2, { returnIndices: 1 }],
    'Expected a boolean for returnIndices of maxPool2d',
  ],
  ['maxPool2d', [image, 2, { strid: 1 }], 'maxPool2d: Unknown option strid'],
  ['maxPool2d', [image, 2, 2, { stride: 1 }], 'maxPool2d: Received stride both by position and'],
  ['maxPool2d', [image, 2, 2, 0, 1, false, true, 1], 'Expected no more arguments for maxPool2d'],
  ['adaptiveMaxPool2d', [image, 2, 3], 'Expected a boolean for returnIndices of adaptiveMaxPool2d'],
])('%s refuses what is wrong', (name, args, expected) => {
  expect(() => apply(Reflect.get(F, name) as never, ...args)).toThrow(expected);
});
