import * as nn from '../../lib/nn';
import { torch } from '../../lib/torch';
import { expectTyped } from '../helpers/junk';

const x = torch.randn([2, 6, 4], { generator: torch.generator(1) });
const sequences = torch.randn([2, 3, 6, 4], { generator: torch.generator(1) });
const ids = torch.ones([2, 3], { dtype: 'int64' });
const mask = torch.ones([2, 3, 6]);

const LAYERS: readonly (readonly [string, nn.Layer<never, never>, unknown])[] = [
  ['linear', nn.linear({ inFeatures: 4, outFeatures: 3 }) as never, x],
  ['mlp', nn.mlp({ sizes: [4, 3] }) as never, x],
  ['layerNorm', nn.layerNorm({ normalizedShape: 4 }) as never, x],
  ['embedding', nn.embedding({ numEmbeddings: 4, embeddingDim: 3 }) as never, ids],
  ['conv1d', nn.conv1d({ inChannels: 4, outChannels: 2, kernelSize: 2 }) as never, sequences],
  [
    'convMaxPool',
    nn.convMaxPool({ inChannels: 4, outChannels: 2, kernelSize: 2 }) as never,
    sequences,
  ],
  ['lstm', nn.lstm({ inputSize: 4, hiddenSize: 3 }) as never, { x: sequences, mask }],
  ['gru', nn.gru({ inputSize: 4, hiddenSize: 3 }) as never, { x: sequences, mask }],
  ['multiHeadAttention', nn.multiHeadAttention({ dimensions: 4, heads: 2 }) as never, { x }],
  ['meanPooling', nn.meanPooling() as never, { x: sequences, mask }],
  ['relu', nn.relu() as never, x],
  ['dropout', nn.dropout() as never, x],
  [
    'sequential',
    nn.sequential(nn.linear({ inFeatures: 4, outFeatures: 3 }), nn.relu()) as never,
    x,
  ],
];

test.each(LAYERS)('%s answers junk with errors that have a code', (_, layer, input) => {
  const params = layer.init(torch.generator(1));
  expectTyped(layer.init, [torch.generator(1)]);
  expectTyped(layer.apply, [params, input, { training: false }]);
});

test('so do what makes and handles layers and parameters', () => {
  for (const make of [nn.linear, nn.mlp, nn.embedding, nn.sequential, nn.overTasks]) {
    expectTyped(make as never, [{}]);
  }
  for (const init of [nn.zeros, nn.ones, nn.normal, nn.uniform]) {
    expectTyped(init as never, [[2, 3], torch.generator(1), { dtype: 'float32' }]);
  }
  expectTyped(nn.overTasks as never, [nn.relu(), 'own']);
  expectTyped(nn.expandTasks as never, [{ w: x }, 2]);
});

test('names argument, expected and received', () => {
  const layer = nn.linear({ inFeatures: 4, outFeatures: 3 });
  expect(() => layer.apply(undefined as never, x)).toThrow(
    'Expected an object for the parameters of linear but received undefined',
  );
  const adapted = { ...layer.init(torch.generator(1)), update: { inputs: x, deltas: x } };
  expect(() => layer.apply(adapted, x)).toThrow(
    'Expected weight and bias for the parameters of linear but received update as well',
  );
  expect(() => nn.sequential(nn.relu(), 5 as never)).toThrow(
    'Expected a layer { init, apply } for layer 1 of sequential but received number 5',
  );
});
