import { type Check, type CheckedArguments, written } from './checked-arguments';

/** Recurrent layers read as many weights as they have, whatever the list holds; projections are one more each. */
function recurrent(args: CheckedArguments): void {
  packedSequences(args);
  const count = args.number('numLayers', 1);
  args.require(count > 0, 'a positive integer', 'numLayers', args.value('numLayers'));
  const cells = count * (args.value('bidirectional') === true ? 2 : 1);
  const weights = args.value('hasBiases') === true ? 4 : 2;
  const given = args.tensors('params').length;
  const fits = given === weights * cells || given === (weights + 1) * cells;
  args.require(fits, `${weights * cells} tensors`, 'params', given);
}

/** The sequences' lengths of a packed batch: rows are found by them. */
function packedSequences(args: CheckedArguments): void {
  const sizes = args.tensor('batchSizes');
  if (sizes === undefined) return;
  const [rows = 0] = args.tensor('data')?.shape ?? [];
  const fits = sizes.shape.length === 1 && (sizes.shape[0] ?? 0) > 0;
  args.require(fits, 'a shape [L] with L > 0', 'batchSizes', written(sizes.shape));
  args.requireElements(sizes, 1, rows);
}

/** Recurrent layers of several steps in one operator. */
export const RECURRENT_PRECONDITIONS: Readonly<Record<string, Check>> = {
  'aten::lstm': recurrent,
  'aten::gru': recurrent,
  'aten::rnn_tanh': recurrent,
  'aten::rnn_relu': recurrent,
};
