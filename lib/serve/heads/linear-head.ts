import { ArgumentTypeError } from '../../errors';
import type { OnnxHead } from '../../text';
import { type Tensor, torch } from '../../torch';
import type { Fitted } from '../fitted';
import { HEADS } from '.';

/** What rounding may change in scores. */
const CLOSE = 1e-4;
const PROBES = 4;

/**
 * A fitted head as one linear map of a text's vector, whatever it is made of: class means, ridge, logistic
 * regression and others are linear where they are applied.
 *
 * @throws ArgumentTypeError for a head that compares with examples
 */
export function linearHead(
  { head: name, state, sharpness }: Fitted,
  labels: readonly string[],
  dimensions: number,
  operator: string,
): OnnxHead {
  const { head, several } = HEADS[name];
  const scores = (x: Tensor): Tensor => head.scores(state, x);
  const { weight, bias } = torch.noGrad(() =>
    torch.scope(() => {
      const offset = scores(torch.zeros([1, dimensions]));
      const columns = scores(torch.eye(dimensions)).sub(offset);
      const probes = torch
        .linspace(-1, 1, PROBES * dimensions)
        .view(PROBES, dimensions)
        .sin();
      const found = probes.matmul(columns).add(offset);
      if (!found.allclose(scores(probes), CLOSE, CLOSE)) {
        throw new ArgumentTypeError(
          `${operator}: Expected a head whose scores are linear in a text's vector but received '${name}'; fit with another head, such as 'logistic'`,
          operator,
        );
      }
      return { weight: columns.mT.contiguous(), bias: offset.squeeze(0) };
    }),
  );
  return { weight, bias, labels, sharpness, several };
}
