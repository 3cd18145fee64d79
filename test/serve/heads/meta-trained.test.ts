import type { Examples } from '../../../lib/serve/heads/head';
import type { HeadMap } from '../../../lib/serve/heads/head-map';
import { heldOutScores, holdOut } from '../../../lib/serve/heads/held-out';
import { CENTRE, metaTrained } from '../../../lib/serve/heads/meta-trained';
import { type Tensor, torch } from '../../../lib/torch';
import { clusters, permuted, unit } from '../clusters';

const SIZE = 8;
const all = (n: number): number[] => [...Array(n).keys()];
const distance = (a: Tensor, b: Tensor): number => Number(a.sub(b).abs().max().item());

/** A map whose gate is open as far as asked for. */
function mapWith(gate: [number, number], direction: Tensor): HeadMap {
  const weights = torch.randn([SIZE, SIZE], { generator: torch.generator(4) }).div(2);
  return { weights, direction, gate: torch.tensor(gate) };
}

const examples = clusters({ labels: 4, shots: 6 });
const towards = unit(examples.x.mean([0]));
const open = mapWith([-2, -1.5], towards);
const closed = mapWith([1.5, 2], towards);
const half = mapWith([0.5, 1.5], towards);

test('an open gate scores by the metric of the map, the centre taken off', () => {
  const state = metaTrained.fit({ ...examples, map: open });
  const means = torch.stack(all(4).map((label) => examples.x.narrow(0, 6 * label, 6).mean([0])));
  const centre = means.mean([0], true).mul(CENTRE);
  const [a, b] = [examples.centres.sub(centre), means.sub(centre)].map((x) =>
    x.matmul(open.weights),
  ) as [Tensor, Tensor];
  expect(distance(metaTrained.scores(state, examples.centres), a.matmul(unit(b).mT))).toBeLessThan(
    1e-5,
  );
});

test('a closed gate is the same as no map', () => {
  const [a, b] = [closed, undefined].map((map) =>
    metaTrained.scores(metaTrained.fit({ ...examples, map }), examples.centres),
  ) as [Tensor, Tensor];
  expect(distance(a, b)).toBe(0);
});

test('the gate opens with the cosine of the centre and the texts of the map', () => {
  const [shut, ajar, wide] = [closed, half, open].map((map) =>
    metaTrained.scores(metaTrained.fit({ ...examples, map }), examples.centres),
  ) as [Tensor, Tensor, Tensor];
  expect(distance(ajar, shut)).toBeGreaterThan(1e-3);
  expect(distance(ajar, wide)).toBeGreaterThan(1e-3);
});

test.each([
  ['open', open],
  ['half open', half],
])('held-out scores are those of a head fitted without the example, gate %s', (_, map) => {
  const own = permuted(examples, [0, 1, 2, 6, 7, 8, 9, 12, 13, 18, 19, 20, 21, 22]);
  const rows = all(14);
  const scores = heldOutScores(
    metaTrained,
    metaTrained.fit({ ...own, map }),
    holdOut({ ...own, map }, rows),
  );
  for (const row of rows) {
    const rest = permuted(
      own,
      rows.filter((other) => other !== row),
    );
    const expected = metaTrained.scores(metaTrained.fit({ ...rest, map }), own.x.narrow(0, row, 1));
    expect(distance(scores.narrow(0, row, 1), expected)).toBeLessThan(1e-4);
  }
});

test('the only example of a label also leaves the centre when it is held out', () => {
  const map = half;
  const lonely = permuted(examples, [0, 6, 7, 12, 13, 18]);
  const whole = { ...lonely, map };
  const scores = heldOutScores(metaTrained, metaTrained.fit(whole), holdOut(whole, [5]));
  const rest = { ...permuted(lonely, all(5)), labels: 3, map };
  const expected = metaTrained.scores(metaTrained.fit(rest), lonely.x.narrow(0, 5, 1));
  expect(distance(scores.narrow(1, 0, 3), expected)).toBeLessThan(1e-4);
  expect(scores.index([0, 3]).item()).toBe(-Infinity);
});

test('more examples, also of a new label, are the same as fitting anew', () => {
  const map = half;
  const [some, rest] = [
    permuted(examples, all(17)),
    permuted(examples, [17, 18, 19, 20, 21, 22, 23]),
  ];
  const state = metaTrained.fit({ ...some, labels: 3, map });
  const grown = metaTrained.add?.(state, { ...rest, map });
  const anew = metaTrained.fit({ ...examples, map });
  expect(grown).toBeDefined();
  expect(distance(grown?.weights ?? state.weights, anew.weights)).toBeLessThan(1e-6);
  expect(distance(grown?.bias ?? state.bias, anew.bias)).toBeLessThan(1e-6);
});

describe('names of labels', () => {
  const few = permuted(examples, [0, 1, 6, 7, 8, 12, 18, 19]);
  const names = unit(examples.centres.add(torch.tensor([0.5, -0.5, 0, 0, 0, 0, 0, 0])));
  const wrong = names.roll([1], [0]);
  const fitted = (own: Examples) => metaTrained.fit({ ...own, map: half });
  const scores = (own: Examples): Tensor => metaTrained.scores(fitted(own), examples.centres);

  test('that tell the examples apart count as one more example of each', () => {
    const more = {
      x: torch.cat([few.x, names]),
      y: torch.cat([few.y, torch.arange(4)]),
      labels: 4,
    };
    expect(distance(scores({ ...few, names }), scores(more))).toBeLessThan(1e-6);
  });

  test('of other labels, or none, change nothing', () => {
    const plain = scores(few);
    expect(distance(scores({ ...few, names: wrong }), plain)).toBeLessThan(1e-6);
    expect(distance(scores({ ...few, names: names.mul(0) }), plain)).toBeLessThan(1e-6);
    expect(distance(scores({ ...few, names }), plain)).toBeGreaterThan(1e-3);
  });

  test('count without a map too', () => {
    const state = metaTrained.fit({ ...few, names });
    const plain = metaTrained.scores(metaTrained.fit(few), examples.centres);
    expect(distance(metaTrained.scores(state, examples.centres), plain)).toBeGreaterThan(1e-3);
  });

  test('stay where an example is held out, also the only one of its label', () => {
    const all = { ...few, names, map: half };
    const held = heldOutScores(metaTrained, fitted(all), holdOut(all, [1, 4]));
    for (const [place, row] of [1, 4].entries()) {
      const rest = permuted(
        few,
        [0, 1, 2, 3, 4, 5, 6, 7].filter((other) => other !== row),
      );
      const expected = metaTrained.scores(fitted({ ...rest, names }), few.x.narrow(0, row, 1));
      expect(distance(held.narrow(0, place, 1), expected)).toBeLessThan(1e-5);
    }
    const alone = metaTrained.heldOut?.(fitted(all), holdOut(all, [5]));
    const others = permuted(few, [0, 1, 2, 3, 4, 6, 7]);
    const named = {
      x: torch.cat([others.x, names]),
      y: torch.cat([others.y, torch.arange(4)]),
      labels: 4,
    };
    const expected = metaTrained.scores(fitted(named), few.x.narrow(0, 5, 1));
    expect(alone && distance(alone, expected)).toBeLessThan(1e-5);
  });

  test('of new labels come with their examples', () => {
    const [before, after] = [permuted(few, [0, 1, 2, 3, 4, 5]), permuted(few, [6, 7])];
    const first = { ...before, labels: 3, names: names.narrow(0, 0, 3), map: half };
    const grown = metaTrained.add?.(metaTrained.fit(first), { ...after, names, map: half });
    const anew = fitted({ ...few, names });
    expect(distance(grown?.weights ?? anew.sums, anew.weights)).toBeLessThan(1e-6);
    expect(distance(grown?.bias ?? anew.sums, anew.bias)).toBeLessThan(1e-6);
  });
});

test('labels of unequal numbers of examples count the same in the centre', () => {
  const few = permuted(examples, [0, 6, 12, 18]);
  const repeated = permuted(examples, [0, 0, 0, 0, 6, 12, 18]);
  const [a, b] = [few, repeated].map((own) =>
    metaTrained.scores(metaTrained.fit({ ...own, map: half }), examples.centres),
  ) as [Tensor, Tensor];
  expect(distance(a, b)).toBeLessThan(1e-6);
});
