import { HEADS, type HeadName } from '../../../lib/serve/heads';
import { heldOutScores, holdOut } from '../../../lib/serve/heads/held-out';
import { type Tensor, torch } from '../../../lib/torch';
import { clusters, permuted } from '../clusters';

const names = Object.keys(HEADS) as HeadName[];
const all = (n: number): number[] => [...Array(n).keys()];
// Ridge keeps the weights that labels had with the example, and thresholds stay as well.
const TOLERANCES: { [name in HeadName]?: number } = { ridge: 0.05, 'multi-label': 0.15 };
const close = (a: Tensor, b: Tensor, tolerance: number): number =>
  Number(a.sub(b).abs().max().item()) / tolerance;

describe.each(names)('%s', (name) => {
  const { head } = HEADS[name];
  const examples = clusters({ labels: 4, shots: 6 });

  test('tells clusters apart', () => {
    const state = head.fit(examples);
    expect(head.scores(state, examples.centres).argmax(1).tolist()).toEqual([0n, 1n, 2n, 3n]);
  });

  test('the order of examples does not matter', () => {
    const order = all(24).map((i) => (i * 7) % 24);
    const [a, b] = [examples, permuted(examples, order)].map((own) =>
      head.scores(head.fit(own), examples.centres),
    ) as [Tensor, Tensor];
    expect(close(a, b, 2e-3)).toBeLessThan(1);
  });

  test('the order of labels does not matter', () => {
    const turned = { ...examples, y: examples.y.neg().add(3) };
    const a = head.scores(head.fit(examples), examples.centres);
    const b = head.scores(head.fit(turned), examples.centres).flip([1]);
    expect(close(a, b, 2e-3)).toBeLessThan(1);
  });

  test('held-out scores are those of a head fitted without the examples', () => {
    if (head.heldOut === undefined) return;
    const many = clusters({ labels: 4, shots: 24 });
    const state = head.fit(many);
    const scores = heldOutScores(head, state, holdOut(many, [0, 13, 95]));
    for (const [i, row] of [0, 13, 95].entries()) {
      const rest = permuted(
        many,
        all(96).filter((other) => other !== row),
      );
      const own = many.x.narrow(0, row, 1);
      const expected = head.scores(head.fit(rest), own).squeeze(0);
      expect(close(scores.select(0, i), expected, TOLERANCES[name] ?? 1e-4)).toBeLessThan(1);
    }
  });

  test('held-out examples are right as often as new ones are after a fifth fewer examples', () => {
    if (HEADS[name].several) return;
    const [labels, shots] = [40, 5];
    const drawn = clusters({ labels, shots: 2 * shots, size: 24, noise: 0.3 });
    const rows = all(2 * labels * shots);
    const known = permuted(
      drawn,
      rows.filter((row) => row % 10 < shots),
    );
    const fewer = permuted(
      drawn,
      rows.filter((row) => row % 10 < shots - 1),
    );
    const fresh = permuted(
      drawn,
      rows.filter((row) => row % 10 >= shots),
    );
    const share = (scores: Tensor, y: Tensor): number =>
      Number(scores.argmax(1).eq(y).to('float64').mean().item());
    const held = heldOutScores(head, head.fit(known), holdOut(known, all(labels * shots)));
    const expected = share(head.scores(head.fit(fewer), fresh.x), fresh.y);
    // Class means of others keep all of their examples, which counts a little.
    expect(Math.abs(share(held, known.y) - expected)).toBeLessThan(0.15);
  });

  test('the only example of a label scores nothing for it, when it is held out', () => {
    const lonely = permuted(examples, [0, 1, 6, 7, 12, 18, 19]);
    const scores = heldOutScores(head, head.fit(lonely), holdOut(lonely, all(7)));
    expect(scores.select(0, 4).tolist()).toEqual(
      expect.arrayContaining([-Infinity, expect.any(Number)]),
    );
    expect(scores.index([4, 2]).item()).toBe(-Infinity);
    expect(scores.index([0]).isfinite().all().item()).toBe(true);
  });

  test('more examples by `add` are the same as fitting anew', () => {
    const { add } = head;
    if (add === undefined) return;
    const [some, rest] = [
      permuted(examples, all(18)),
      permuted(examples, [18, 19, 20, 21, 22, 23]),
    ];
    const grown = add(head.fit({ ...some, labels: 3 }), { ...rest, labels: 4 });
    const anew = head.fit(examples);
    const at = examples.centres;
    expect(close(head.scores(grown, at), head.scores(anew, at), 1e-6)).toBeLessThan(1);
  });

  test('a fit leaves nothing but its state', () => {
    const before = torch.memory().tensors;
    const state = torch.scope(() => head.fit(examples));
    const kept = Object.keys(state).length;
    expect(torch.memory().tensors - before).toBeLessThanOrEqual(kept);
  });
});
