import { encodedModel } from '../../lib/meta/encoded-model';
import { type Context, type Layer, linear } from '../../lib/nn';
import { torch } from '../../lib/torch';
import { expectSame } from './metric/metric-contract';
import { parametersOf } from './support/support';

const generator = torch.generator(9);

/** A linear layer whose output is `factor` times as large while it trains. */
function scaled(inFeatures: number, outFeatures: number, factor: number) {
  const layer = linear({ inFeatures, outFeatures });
  const own: Layer<ReturnType<typeof layer.init>> = {
    init: layer.init,
    apply: (params, x, context: Context = {}) => {
      const trains = context.training === true && context.generator === generator;
      return layer.apply(params, x).mul(trains ? factor : 1);
    },
    tasks: true,
  };
  return own;
}

const [encoder, model] = [scaled(4, 5, 2), scaled(5, 3, 3)];
const both = encodedModel({ model, encoder });
const params = parametersOf(both, 1);
const training = { training: true, generator };
const inputs = torch.randn([2, 6, 4], { generator: torch.generator(2), dtype: 'float64' });
const embedded = encoder.apply(params.encoder, inputs);
const logits = model.apply(params.model, embedded);
const labels = torch.arange(3).repeatInterleave(2).expand([2, -1]);

test('hands its options to the encoder and to the model', () => {
  expectSame(both.encode(params.encoder, inputs), embedded);
  expectSame(both.encode(params.encoder, inputs, training), embedded.mul(2));
  expectSame(both.predict(params, inputs), logits);
  const twice = model.apply(params.model, embedded.mul(2)).mul(3);
  expectSame(both.predict(params, inputs, training), twice);
});

test('the losses are those of the model, by the loss that was given', () => {
  const own = encodedModel({ model, loss: (outputs) => outputs.sum([1, 2]) });
  expectSame(own.losses(params.model, embedded, labels), logits.sum([1, 2]));
  expectSame(own.losses(params.model, embedded, labels, training), logits.mul(3).sum([1, 2]));
  const entropy = (task: number) => logits.select(0, task).crossEntropyLoss(labels.select(0, task));
  const exact = torch.stack([entropy(0), entropy(1)]);
  expectSame(both.losses(params.model, embedded, labels), exact);
});
