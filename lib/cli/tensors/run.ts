import { basename } from 'node:path';
import { TorchError } from '../../errors';
import { readNpy, readNpz, readSafetensors, type Tensor, torch } from '../../torch';
import { forUser } from '../user-error';
import { type Comparison, comparisonLines, type Facts, listLines } from './lines';

type Tensors = Readonly<Record<string, Tensor>>;

/** Prints dtype, shape and range of each tensor of a file. */
export async function list(file: string, { json }: { json?: boolean }): Promise<void> {
  const tensors = await forUser(() => read(file));
  const facts = Object.entries(tensors).map(([name, tensor]) => factsOf(name, tensor));
  if (json) console.log(JSON.stringify({ file, tensors: facts }, null, 2));
  else for (const line of listLines(facts)) console.log(line);
}

/**
 * Prints how far the tensors of two files are apart, and fails if one is missing, is of another dtype or
 * shape, or differs by more than `atol + rtol |expected|`. The defaults are those of
 * `torch.testing.assert_close` for float32.
 */
export async function compare(
  file: string,
  other: string,
  { json, rtol = 1.3e-6, atol = 1e-5 }: { json?: boolean; rtol?: number; atol?: number },
): Promise<void> {
  const [left, right] = await forUser(() => [read(file), read(other)] as const);
  const names = [...new Set([...Object.keys(left), ...Object.keys(right)])];
  const found = names.map((name) => compared(name, left[name], right[name], { rtol, atol }));
  if (json) console.log(JSON.stringify({ file, other, rtol, atol, tensors: found }, null, 2));
  else for (const line of comparisonLines(found)) console.log(line);
  if (found.some(({ problem }) => problem !== null)) process.exitCode = 1;
}

function read(file: string): Tensors {
  if (file.endsWith('.safetensors')) return readSafetensors(file).tensors;
  if (file.endsWith('.npz')) return readNpz(file);
  if (file.endsWith('.npy')) return { [basename(file, '.npy')]: readNpy(file) };
  const message = `${file}: Expected a .safetensors, .npz or .npy file; see docs/exchange.md`;
  throw new TorchError('ERR_TORCH_ARGUMENT', message, { path: file });
}

function factsOf(name: string, tensor: Tensor): Facts {
  const { dtype, shape } = tensor;
  const isComplex = dtype.startsWith('complex');
  if (tensor.numel() === 0 || isComplex) return { name, dtype, shape, range: null, odd: 0 };
  return torch.scope(() => {
    const numbers = tensor.double();
    const finite = numbers.isfinite();
    const odd = tensor.numel() - Number(finite.sum().item());
    const { min, max } = torch.aminmax(numbers.where(finite, numbers.nanToNum(0, 0, 0)));
    return { name, dtype, shape, range: [Number(min.item()), Number(max.item())], odd };
  });
}

function compared(
  name: string,
  left: Tensor | undefined,
  right: Tensor | undefined,
  { rtol, atol }: { rtol: number; atol: number },
): Comparison {
  if (left === undefined || right === undefined) {
    return {
      name,
      distance: null,
      problem: `only in the ${right === undefined ? 'first' : 'second'}`,
    };
  }
  for (const fact of ['dtype', 'shape'] as const) {
    const [one, two] = [String(left[fact]), String(right[fact])];
    if (one !== two) return { name, distance: null, problem: `${fact} ${one} and ${two}` };
  }
  return torch.scope(() => {
    const wide = left.dtype.startsWith('complex') ? 'complex128' : 'float64';
    const [a, b] = [left.to(wide), right.to(wide)];
    const distance = a.numel() === 0 ? 0 : Number(a.sub(b).abs().nanToNum(0).max().item());
    const isClose = left.equal(right) || a.allclose(b, rtol, atol, true);
    return { name, distance, problem: isClose ? null : 'differs' };
  });
}
