import type { Check, CheckedArguments } from './checked-arguments';

/** Targets are classes: libtorch reads what stands at their places among the probabilities. */
function targetsAreClasses(args: CheckedArguments): void {
  const targets = args.tensor('targets');
  const classes = args.tensor('logProbs')?.shape.at(-1) ?? 0;
  if (targets === undefined) return;
  if (targets.shape.length !== 2) {
    args.requireElements(targets, 0, classes - 1);
    return;
  }
  // What fills up a row may be any number.
  const lengths = args.tensor('targetLengths');
  const counts = lengths === undefined ? args.numbers('targetLengths') : lengths.integers();
  if (counts === undefined) return;
  for (const [row, range] of targets.rowRanges(counts).entries()) {
    args.requireRange(range, 0, classes - 1, `targets[${row}]`);
  }
}

/** What the loss of connectionist temporal classification does not check. */
export const CTC_PRECONDITIONS: Readonly<Record<string, Check>> = {
  'aten::ctc_loss': targetsAreClasses,
  'aten::_ctc_loss': targetsAreClasses,
};
