import { fitBoundaries, placeScores } from '../../../../lib/serve/tasks/entities/boundaries';
import { markedText } from '../../../../lib/text';
import { torch } from '../../../../lib/torch';

const sentences = ['[a b](x) c [d](y)', 'c c [a](x) [b b](y) c', 'c [d](y)'].map(markedText);
const words = sentences.flatMap(({ tokens }) => tokens);
const letters = ['a', 'b', 'c', 'd'];
const oneHot = (): number[][] =>
  words.map((word) => letters.map((letter) => Number(letter === word)));
const X = () => torch.tensor(oneHot());

test('the weights are where the gradient of the penalised loss is 0', () => {
  torch.scope(() => {
    const x = X();
    const { weights } = fitBoundaries(x, sentences);
    const w = weights.to('float64').detach().requiresGrad_();
    const withOne = torch.cat([x, torch.ones([x.size(0), 1])], 1).to('float64');
    const places = torch.tensor([1, 2, 0, 1, 0, 0, 1, 1, 2, 0, 0, 1], { dtype: 'int64' });
    const loss = withOne.matmul(w).logSoftmax(1).gather(1, places.unsqueeze(1)).sum().neg();
    const penalised = loss.add(w.square().sum().mul(0.05));
    const [gradient] = torch.grad(penalised, [w]);
    expect(Number(gradient.abs().max().item())).toBeLessThan(0.02);
  });
});

test('scores are logarithms of probabilities, and know the words again', () => {
  torch.scope(() => {
    const x = X();
    const scores = placeScores(fitBoundaries(x, sentences), x);
    expect(Number(scores.exp().sum([1]).sub(1).abs().max().item())).toBeLessThan(1e-5);
    // c is always outside, d always begins.
    const best = scores.argmax(1).tolist();
    expect(words.map((word, i) => [word, Number((best as (number | bigint)[])[i])])).toEqual(
      expect.arrayContaining([
        ['c', 0],
        ['d', 1],
      ]),
    );
  });
});

test('weights are drawn to those of other texts, and transitions are theirs', () => {
  torch.scope(() => {
    const x = X();
    const prior = fitBoundaries(x, sentences);
    const few = fitBoundaries(x.narrow(0, 0, 4), sentences.slice(0, 1), prior);
    const alone = fitBoundaries(x.narrow(0, 0, 4), sentences.slice(0, 1));
    const distance = (a: { weights: typeof x }) =>
      Number(a.weights.sub(prior.weights).norm().item());
    expect(distance(few)).toBeLessThan(distance(alone));
    expect(few.transitions).toBe(prior.transitions);
  });
});

test('nothing goes on with an entity that has not begun', () => {
  torch.scope(() => {
    const { transitions } = fitBoundaries(X(), sentences);
    expect(transitions[0]?.[2]).toBe(-Infinity);
    expect(transitions[3]?.[2]).toBe(-Infinity);
    expect(transitions.flat().filter((one) => one === -Infinity)).toHaveLength(2);
    // Every second entity of these has two words, so to go on is likelier than it is anywhere.
    expect(transitions[1]?.[2]).toBeGreaterThan(0);
  });
});
