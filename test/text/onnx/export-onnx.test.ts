import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BertOptions, bert } from '../../../lib/nn';
import { exportOnnx, type OnnxHead, SentenceEncoder, useLite } from '../../../lib/text';
import { loadHuggingFace } from '../../../lib/text/encoders/hugging-face';
import { readNpz, type Tensor, torch, writeNpz } from '../../../lib/torch';
import { findPythonWith, runPython } from '../../helpers/files/numpy';

const FAMILIES = join(__dirname, '../../fixtures/encoders');
const python = findPythonWith('onnxruntime');
if (python === undefined) console.warn('Skipped: no Python with onnxruntime is at hand');

/** Runs each `<name>.onnx` of a folder on `<name>.in.npz`, and writes `<name>.out.npz`. */
const RUN = `
import glob, sys, numpy, onnxruntime
for path in glob.glob(sys.argv[1] + "/*.onnx"):
    session = onnxruntime.InferenceSession(path)
    inputs = dict(numpy.load(path[:-5] + ".in.npz"))
    names = [output.name for output in session.get_outputs()]
    outputs = dict(zip(names, session.run(names, inputs)))
    labels = session.get_modelmeta().custom_metadata_map.get("labels", "")
    numpy.savez(path[:-5] + ".out.npz", labels=numpy.frombuffer(labels.encode(), "uint8"), **outputs)
`;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'metatorch-onnx-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Ids of texts of different lengths, with padding behind them. */
function ragged(lengths: readonly number[], vocabulary: number) {
  const longest = Math.max(...lengths);
  const texts = lengths.map((length, i) =>
    Int32Array.from({ length }, (_, k) => 3 + ((7 * i + 5 * k) % (vocabulary - 3))),
  );
  const padded = texts.map((text) => [
    ...text,
    ...new Array<number>(longest - text.length).fill(0),
  ]);
  const mask = texts.map((text) => padded[0]?.map((_, k) => (k < text.length ? 1 : 0)) ?? []);
  const int64 = (rows: number[][]): Tensor => torch.tensor(rows, { dtype: 'int64' });
  return { texts, inputs: { input_ids: int64(padded), attention_mask: int64(mask) } };
}

const LENGTHS = [1, 9, 4, 9, 2, 6];

function family(name: string): SentenceEncoder {
  return new SentenceEncoder(loadHuggingFace(join(FAMILIES, name)));
}

/** An encoder of random weights by the given options. */
function made(options: Partial<BertOptions>): SentenceEncoder {
  const { model } = family('bert');
  const sizes = { vocabularySize: 40, dimensions: 12, layers: 2, heads: 3, positions: 16 };
  const layer = bert({ ...sizes, scale: 0.4, ...options });
  const params = layer.init(torch.generator(1));
  const embed = (own: typeof params, texts: readonly Int32Array[]) => layer.encode(own, texts);
  return new SentenceEncoder({ ...model, layer, params, dimensions: layer.outFeatures, embed });
}

const head = (dimensions: number, several: boolean): OnnxHead => {
  const generator = torch.generator(2);
  const weight = torch.randn([3, dimensions], { generator });
  const labels = ['card', 'größe', 'top-up'];
  return { weight, bias: torch.randn([3], { generator }), labels, sharpness: 2.5, several };
};

const encoders: Record<string, () => SentenceEncoder> = {
  ...Object.fromEntries(readdirSync(FAMILIES).map((name) => [name, () => family(name)])),
  poolings: () =>
    made({
      pooling: ['mean', 'last', 'weighted-mean', 'mean-sqrt', 'cls'],
      projections: ['layer-norm', { outFeatures: 7 }],
      // The second token of the first text of several.
      paddingId: 8,
      positionOffset: 2,
    }),
  relu: () => made({ activation: 'relu', pooling: 'max', tokenTypes: 0 }),
  tanh: () =>
    made({
      activation: 'gelu-tanh',
      pooling: 'cls',
      normalize: true,
      projections: [
        { outFeatures: 7, activation: 'tanh' },
        { outFeatures: 5, bias: false, activation: 'gelu' },
      ],
    }),
  relative: () => made({ relativeBuckets: 8, positions: 200, positionOffset: 2 }),
};

(python === undefined ? test.skip : test)(
  'ONNX Runtime gives the vectors, scores and probabilities that we give',
  () => {
    const expected = Object.entries(encoders).map(([name, open], i) => {
      using encoder = open();
      const own = head(encoder.dimensions, i % 2 === 1);
      exportOnnx(join(folder, `${name}.onnx`), encoder, { head: own });
      const { texts, inputs } = ragged(LENGTHS, 30);
      writeNpz(join(folder, `${name}.in.npz`), inputs);
      const vectors = torch.noGrad(() => encoder.model.embed(encoder.params, texts));
      const lengths = vectors.norm(2, [1], true);
      const scores = torch.linear(vectors.div(lengths), own.weight, own.bias);
      const scaled = scores.mul(2.5);
      const probabilities = i % 2 === 1 ? scaled.sigmoid() : scaled.softmax(1);
      return { name, found: { sentence_embedding: vectors, scores, probabilities } };
    });
    runPython(python ?? '', RUN, [folder]);
    for (const { name, found } of expected) {
      const outputs = readNpz(join(folder, `${name}.out.npz`));
      for (const [output, tensor] of Object.entries(found)) {
        const other = outputs[output] as Tensor;
        expect([name, output, other.shape]).toEqual([name, output, tensor.shape]);
        const far = Number(other.sub(tensor).abs().max().item());
        expect([name, output, far < 1e-5]).toEqual([name, output, true]);
      }
      const labels = Buffer.from(outputs['labels']?.data() as Uint8Array).toString();
      expect(JSON.parse(labels)).toEqual(['card', 'größe', 'top-up']);
    }
  },
  120_000,
);

describe('refuses', () => {
  const file = (): string => join(folder, 'refused.onnx');

  test('other encoders, and weights in 8 bits', () => {
    using words = new SentenceEncoder(useLite());
    expect(() => exportOnnx(file(), words)).toThrow(/BERT family.*for encoder but received/);
    expect(() => exportOnnx(file(), {} as never)).toThrow(/BERT family.*for encoder but received/);
    const narrow = loadHuggingFace(join(FAMILIES, 'bert'), { precision: 'int8' });
    using encoder = new SentenceEncoder(narrow);
    expect(() => exportOnnx(file(), encoder)).toThrow(/float32 or float16 but received int8/);
  });

  test('heads that do not fit', () => {
    using encoder = family('bert');
    const own = head(encoder.dimensions, false);
    const wrong: [Partial<OnnxHead>, RegExp][] = [
      [{ labels: ['one'] }, /head\.weight/],
      [{ bias: torch.zeros([4]) }, /head\.bias/],
      [{ sharpness: 0 }, /head\.sharpness/],
      [{ several: 1 as never }, /head\.several/],
      [{ labels: [1, 2, 3] as never }, /head\.labels\[0\]/],
      [{ weight: [] as never }, /head\.weight/],
    ];
    for (const [part, message] of wrong) {
      expect(() => exportOnnx(file(), encoder, { head: { ...own, ...part } })).toThrow(message);
    }
    expect(() => exportOnnx(file(), encoder, { heads: own } as never)).toThrow(/heads/);
    expect(readdirSync(folder)).not.toContain('refused.onnx');
  });
});
