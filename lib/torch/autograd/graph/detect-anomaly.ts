import { callable, flagsOf } from '../../../check';
import { type ErrorCode, TorchError } from '../../../errors';
import { binding } from '../../binding';
import { type CallSite, callSite, captureStack } from '../../call-site';
import { synchronous } from '../../synchronous';

export type DetectAnomalyOptions = {
  /** Do not look for NaN, and only say where operators whose backward throws were called. Default: false. */
  allowNan?: boolean;
};

// Each thread has its own depth, and its own copy of this module.
let depth = 0;

/** Errors that say where the operator was called. */
const explained = new WeakSet<Error>();

/**
 * Runs `fn`, and has `grad` and `backward` inside of it say at which line of JavaScript the operator
 * was called whose backward gave NaN or threw. The operators have to be called inside too.
 *
 *     torch.autograd.detectAnomaly(() => lossOf(params).backward());
 *     // TorchError: … SqrtBackward0 gave NaN as gradient 0; its operator was called at model.ts:12:20
 *
 * For debugging: every operator remembers its stack, and every gradient is looked through.
 *
 * @throws TorchError `ERR_TORCH_AUTOGRAD` for NaN; for an error, one with its code and the error as
 *   `cause`
 */
export function detectAnomaly<R>(fn: () => R, options: DetectAnomalyOptions = {}): R {
  callable(fn, 'fn', 'detectAnomaly');
  const { allowNan } = flagsOf(options, ['allowNan'], 'detectAnomaly');
  binding.enterAnomalies(capture, !allowNan);
  depth++;
  try {
    return synchronous(fn(), 'detectAnomaly');
  } finally {
    depth--;
    binding.leaveAnomalies();
  }
}

/** Runs a backward pass; inside `detectAnomaly` its errors say where the operator was called. */
export function explaining<R>(pass: () => R): R {
  if (depth === 0) return pass();
  try {
    return pass();
  } catch (error) {
    throw explain(error);
  }
}

let site: CallSite | undefined;

/** Remembers the stack of the operator that is being called. */
function capture(): void {
  const origin = captureStack(capture);
  binding.answer([], () => {
    site = callSite(origin);
  });
}

function explain(error: unknown): unknown {
  const failure = binding.takeFailure();
  if (failure === null || (error instanceof Error && explained.has(error))) return error;
  const [node, origin] = failure;
  const sites = origin.flatMap((locate) => {
    locate([], []);
    return site === undefined ? [] : [site];
  });
  site = undefined;
  // The first is where the operator was called, or else the gradient of which it is a part.
  const first = sites.at(-1);
  const place = first?.place ?? 'an unknown place';
  const stack = first === undefined ? '' : `\n${first.stack.replace(/^/gm, '    ')}`;
  const where = `its operator was called at ${place}${stack}`;
  const { code, problem } = problemOf(error);
  const found = new TorchError(code, `detectAnomaly: ${node} ${problem}; ${where}`, {
    operator: 'detectAnomaly',
    cause: error,
  });
  explained.add(found);
  return found;
}

function problemOf(error: unknown): { code: ErrorCode; problem: string } {
  const message = error instanceof Error ? error.message : String(error);
  const output = /returned nan values in its (\d+)th output/.exec(message)?.[1];
  if (output !== undefined) {
    return { code: 'ERR_TORCH_AUTOGRAD', problem: `gave NaN as gradient ${output}` };
  }
  const code = error instanceof TorchError ? error.code : 'ERR_TORCH_AUTOGRAD';
  return { code, problem: `failed: ${message}` };
}
