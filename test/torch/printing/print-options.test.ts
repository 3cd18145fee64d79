import { torch } from '../../../lib/torch';

afterEach(() => torch.setPrintOptions());

test('digits, thresholds, edges and lines', () => {
  const x = torch.tensor([1 / 3, 2]);
  expect(String(x)).toBe('tensor([0.3333, 2.0000])');
  torch.setPrintOptions({ precision: 2 });
  expect(String(x)).toBe('tensor([0.33, 2.00])');
  torch.setPrintOptions({ threshold: 3, edgeItems: 1 });
  expect(String(torch.arange(5))).toBe('tensor([0,  ..., 4])');
  torch.setPrintOptions({ lineWidth: 16 });
  expect(String(torch.arange(6))).toContain('\n');
});

test('what is left out gets its default back', () => {
  torch.setPrintOptions({ precision: 1, edgeItems: 1 });
  torch.setPrintOptions({ edgeItems: 2 });
  expect(String(torch.tensor([0.25]))).toBe('tensor([0.2500])');
});

test('numbers that cannot be meant are refused', () => {
  expect(() => torch.setPrintOptions({ precision: -1 })).toThrow('precision of setPrintOptions');
  expect(() => torch.setPrintOptions({ edgeItems: 0 })).toThrow('at least 1');
  expect(() => torch.setPrintOptions({ profile: 'full' } as never)).toThrow(
    'Unknown option profile',
  );
});
