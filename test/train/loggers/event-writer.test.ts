import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { torch } from '../../../lib/torch';
import { TensorBoardWriter } from '../../../lib/train';
import { histogramOf } from '../../../lib/train/loggers/histogram';
import { crc32c, encodeRecord } from '../../../lib/train/loggers/record';
import { findPythonWith, runPython } from '../../helpers/files/numpy';
import { temporaryFolder } from '../../helpers/folders';
import { readEvents, readRecords } from './read-events';

const folder = temporaryFolder();
const atStart = torch.memory();
afterEach(() => expect(torch.memory()).toEqual(atStart));

// RFC 3720, appendix B.4, and the check value of the catalogue of CRCs.
test.each<[string, Uint8Array, number]>([
  ['zeros', new Uint8Array(32), 0x8a9136aa],
  ['ones', new Uint8Array(32).fill(0xff), 0x62a8ab43],
  ['rising bytes', Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
  ['falling bytes', Uint8Array.from({ length: 32 }, (_, i) => 31 - i), 0x113fdb5c],
  ['digits', Buffer.from('123456789'), 0xe3069283],
])('CRC-32C of %s', (_, bytes, crc) => {
  expect(crc32c(bytes)).toBe(crc);
});

test('records are what TensorFlow writes', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 300 })), (data) => {
      const bytes = Buffer.concat(data.map((one) => encodeRecord(one)));
      expect(readRecords(bytes).map((one) => [...one])).toEqual(data.map((one) => [...one]));
    }),
    { numRuns: 50 },
  );
});

/** A folder with everything that the writer writes. */
function written(): string {
  const board = new TensorBoardWriter(folder());
  board.scalar('train/loss', 0.5, 1);
  board.scalar('train/loss', Number.NaN, 300);
  board.scalar('größe/α', -1e-3, 2 ** 40);
  board.text('run', '**bold** and ü', 0);
  board.histogram('weights', [-1, 0, 0, 2.5, Number.NaN], 3);
  torch.scope(() => {
    board.histogram(
      'tensor',
      torch.tensor(
        [
          [1, 2],
          [3, 4],
        ],
        { dtype: 'bfloat16' },
      ),
      3,
    );
    board.embedding(
      'texts',
      torch.tensor([
        [1, 2],
        [0.5, -3],
      ]),
      ['a\tb', 'ç\n'],
      7,
    );
    board.embedding('texts', torch.tensor([[1, 2]]), ['a'], 8);
    board.embedding('texts', torch.tensor([[3, 4]]), ['b'], 8);
  });
  board.close();
  board.close();
  return folder();
}

test('event files hold scalars, texts and histograms', () => {
  const [version, ...events] = readEvents(written());
  expect(version).toEqual({ step: 0, version: 'brain.Event:2' });
  expect(events.slice(0, 4)).toEqual([
    { step: 1, tag: 'train/loss', scalar: 0.5 },
    { step: 300, tag: 'train/loss', scalar: Number.NaN },
    { step: 2 ** 40, tag: 'größe/α', scalar: Math.fround(-1e-3) },
    { step: 0, tag: 'run', plugin: 'text', text: '**bold** and ü' },
  ]);
  expect(events.slice(4)).toMatchObject([
    { step: 3, tag: 'weights', histogram: { min: -1, max: 2.5, num: 4 } },
    { step: 3, tag: 'tensor', histogram: { min: 1, max: 4, num: 4 } },
  ]);
});

test('histograms count every finite number once, in the interval that it is in', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: -1e15, max: 1e15 }), { minLength: 1 }), (values) => {
      const finite = values.filter(Number.isFinite);
      const histogram = histogramOf(values);
      if (finite.length === 0) return expect(histogram).toBeUndefined();
      const { limits = [], counts = [], sum, min, max } = histogram ?? {};
      expect(counts).toEqual(
        limits.map((limit, i) => {
          const left = i === 0 ? -Infinity : (limits[i - 1] ?? 0);
          return finite.filter((value) => value >= left && value < limit).length;
        }),
      );
      expect([min, max]).toEqual([Math.min(...finite), Math.max(...finite)]);
      expect(sum).toBe(finite.reduce((all, value) => all + value, 0));
      expect(limits.every((limit, i) => i === 0 || limit > (limits[i - 1] ?? 0))).toBe(true);
    }),
  );
  expect(histogramOf([Number.NaN])).toBeUndefined();
});

test('embeddings are written for the projector, each once', () => {
  const root = written();
  const read = (...path: string[]) => readFileSync(join(root, ...path), 'utf8');
  expect(read('texts-7', 'tensors.tsv')).toBe('1\t2\n0.5\t-3\n');
  expect(read('texts-7', 'metadata.tsv')).toBe('a b\nç \n');
  expect(read('texts-8', 'tensors.tsv')).toBe('3\t4\n');
  const entry = (step: number) =>
    `embeddings {\n  tensor_name: "texts:${step}"\n  tensor_path: "texts-${step}/tensors.tsv"\n  metadata_path: "texts-${step}/metadata.tsv"\n}\n`;
  expect(read('projector_config.pbtxt')).toBe(entry(7) + entry(8));
});

test('a run that goes on has the reader forget what was written of later steps', () => {
  const board = new TensorBoardWriter(folder(), 20);
  board.scalar('a', 1, 21);
  board.close();
  expect(readEvents(folder()).slice(1)).toEqual([
    { step: 21, session: true },
    { step: 21, tag: 'a', scalar: 1 },
  ]);
});

test('refuses what cannot be written', () => {
  const board = new TensorBoardWriter(folder());
  expect(() => board.scalar(1 as never, 1, 1)).toThrow('Expected a string for tag of scalar');
  expect(() => board.scalar('a', '1' as never, 1)).toThrow('Expected a number for value of scalar');
  expect(() => board.scalar('a', 1, -1)).toThrow('an integer of at least 0 for step of scalar');
  expect(() => board.text('a', 1 as never, 1)).toThrow('Expected a string for text of text');
  expect(() => board.histogram('a', 'x' as never, 1)).toThrow('Expected an array of numbers');
  expect(() => board.embedding('a', [1] as never, [], 1)).toThrow('Expected a tensor [n, D]');
  torch.scope(() => {
    expect(() => board.embedding('a', torch.zeros([2, 3]), ['a'], 1)).toThrow(
      'Expected 2 labels, one for each vector, for embedding but received number 1',
    );
  });
  board.close();
  expect(() => board.scalar('a', 1, 1)).toThrow('it has been closed');
  expect(() => new TensorBoardWriter('')).toThrow('the name of a folder');
  writeFileSync(join(folder(), 'file'), '');
  expect(() => new TensorBoardWriter(join(folder(), 'file'))).toThrow(
    expect.objectContaining({ code: 'ERR_TORCH_FILE' }),
  );
});

const READER = `
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
found = EventAccumulator(sys.argv[1], size_guidance={'scalars': 0, 'histograms': 0, 'tensors': 0}).Reload()
tags = found.Tags()
print(json.dumps({
    'scalars': {tag: [[e.step, e.value] for e in found.Scalars(tag)] for tag in tags['scalars'] if tag != 'none'},
    'histograms': {tag: [[e.step, e.histogram_value.num] for e in found.Histograms(tag)] for tag in tags['histograms']},
    'texts': {tag: [[e.step, e.tensor_proto.string_val[0].decode()] for e in found.Tensors(tag)] for tag in tags['tensors']},
}))
`;

const python = findPythonWith('tensorboard');

(python ? test : test.skip)(
  `TensorBoard's own reader reads every event${python ? '' : ' (needs Python with tensorboard)'}`,
  () => {
    const printed = runPython(python ?? '', READER, [written()]);
    expect(JSON.parse(printed.replaceAll('NaN', '"NaN"'))).toEqual({
      scalars: {
        'train/loss': [
          [1, 0.5],
          [300, 'NaN'],
        ],
        'größe/α': [[2 ** 40, Math.fround(-1e-3)]],
      },
      histograms: { weights: [[3, 4]], tensor: [[3, 4]] },
      texts: { run: [[0, '**bold** and ü']] },
    });
  },
);
