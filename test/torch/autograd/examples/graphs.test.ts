import { type Tensor, torch } from '../../../../lib/torch/index';
import { expectFixture, wave } from './fixture';

const float64 = (values: number[] | number): Tensor =>
  torch.tensor(values as number[], { dtype: 'float64', requiresGrad: true });

test('a gradient that is given', () => {
  const [a, b] = [float64([2, 3]), float64([6, 4])];
  const value = a.pow(3).mul(3).sub(b.pow(2));
  value.backward(torch.ones([2], { dtype: 'float64' }));
  expectFixture('externalGradient', a.grad as Tensor, b.grad as Tensor);
});

test('a polynomial, fitted with .grad', () => {
  const x = torch.linspace(-3, 3, 40, { dtype: 'float64' });
  const y = x.sin();
  const params = [0.1, -0.2, 0.3, -0.4].map(float64) as [Tensor, Tensor, Tensor, Tensor];
  const [a, b, c, d] = params;
  for (let step = 0; step < 30; step++) {
    torch.scope(() => {
      const fitted = a
        .add(b.mul(x))
        .add(c.mul(x.pow(2)))
        .add(d.mul(x.pow(3)));
      fitted.sub(y).pow(2).mean().backward();
      torch.setGradEnabled(false, () => {
        for (const param of params) param.sub_((param.grad as Tensor).mul(2e-3));
      });
      for (const param of params) param.grad = null;
    });
  }
  expectFixture('polynomial', ...params);
});

test('complex numbers, of both orders', () => {
  const z = torch.complex(wave([3], 1), wave([3], 2)).requiresGrad_();
  const loss = z.mul(z).exp().sub(z.conj()).abs().pow(2).sum();
  const first = torch.grad(loss, z, { createGraph: true });
  const second = torch.grad(first.abs().pow(2).sum(), z);
  const parts = [first, second].map((gradient) => gradient.detach().resolveConj().viewAsReal());
  expectFixture('complex', ...parts);
});

test('a critic whose slope is held to one', () => {
  const [w1, w2] = [wave([3, 5], 1).requiresGrad_(), wave([5, 1], 2).requiresGrad_()];
  const mix = wave([4, 1], 9).sigmoid();
  const mixed = mix.mul(wave([4, 3], 3)).add(
    mix
      .neg()
      .add(1)
      .mul(wave([4, 3], 4)),
  );
  const between = mixed.requiresGrad_();
  const score = between.matmul(w1).tanh().matmul(w2).sum();
  const slope = torch.grad(score, between, { createGraph: true });
  const loss = slope.norm(2, [1]).sub(1).pow(2).mean();
  expectFixture('penalty', loss, ...torch.grad(loss, [w1, w2]));
});

test('gradients of what is not a leaf', () => {
  const [x, w] = [wave([2, 3]), wave([3, 4], 1).requiresGrad_()];
  const hidden = x.matmul(w);
  const active = hidden.relu();
  for (const each of [hidden, active]) each.retainGrad();
  active.sum(1).sub(1).pow(2).mean().backward();
  expectFixture('intermediate', hidden.grad as Tensor, active.grad as Tensor, w.grad as Tensor);
});

test('hooks of operators, before and after they run', () => {
  const x = wave([3], 1).requiresGrad_();
  const y = x.exp();
  const z = y.mul(x);
  z.gradFn?.registerPrehook(([gradient]) => [(gradient as Tensor).mul(2)]);
  y.gradFn?.registerHook(([input], [output]) => [(input as Tensor).add(output as Tensor)]);
  expectFixture('nodeHooks', torch.grad(z.sum(), x));
});
