// Vectors of texts as PyTorch's layers make them.
import { nn, torch } from '../../../../lib';
import { encodeBatch } from '../../../../lib/text';
import { attentiveLstm } from '../../../../lib/text/encoders/trainable/attentive-lstm';
import { textCnn } from '../../../../lib/text/encoders/trainable/text-cnn';
import { expectClose } from '../../../helpers/gradients';
import { filled, fixture } from '../../language-models/from-fixture';

const table = nn.embedding({ numEmbeddings: 8, embeddingDim: 4, paddingIndex: 0 });
const common = { table, dimensions: 4, dropout: 0 };
const { ids, mask, shape } = encodeBatch(fixture.sequences);
const batch = { ids: torch.tensor(ids, { shape }), mask: torch.tensor(mask, { shape }) };

test('the text CNN', () => {
  const layer = textCnn({ ...common, filters: 3, kernelSizes: [2, 3] });
  const params = filled(layer.init(torch.generator(1)), fixture.cnn.params);
  expectClose(layer.apply(params, batch), torch.tensor(fixture.cnn.vectors), 1e-5);
});

test('the LSTM with self-attention', () => {
  const layer = attentiveLstm({ ...common, hiddenSize: 3, attentionSize: 4, hops: 2 });
  const params = filled(layer.init(torch.generator(1)), fixture.attentive_lstm.params);
  expectClose(layer.apply(params, batch), torch.tensor(fixture.attentive_lstm.vectors), 1e-5);
});
