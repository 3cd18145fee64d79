import type { Context, Layer } from '../../nn';
import type { TrainableEncoder } from '../../text/encoders/trainable';
import { lengthBatches } from '../../text/length-batches';
import { type Vectorizer, vectorizeTasks } from '../../text/vectorizer';
import { type Tensor, type Tree, torch } from '../../torch';
import { leaves } from '../../torch/tree';

/**
 * The encoder with parameters that stay as they are, so that every text is encoded once, however often episodes
 * ask for it. Its tensors of texts are numbers, `[n]` int64, and its layer remembers the vector of each. With
 * other parameters, for example adapted ones, it encodes as ever.
 */
export function rememberingEncoder(encoder: TrainableEncoder, params: Tree): TrainableEncoder {
  const texts = numberedTexts();
  const layer = remembering(encoder, params, texts.textOf);
  return { ...encoder, vectorizer: texts.vectorizer, layer };
}

/** Gives each distinct text a number. */
function numberedTexts(): { vectorizer: Vectorizer<Tree>; textOf(number: bigint): string } {
  const numbers = new Map<string, bigint>();
  const texts: string[] = [];
  const numberOf = (text: string): bigint => {
    const known = numbers.get(text);
    if (known !== undefined) return known;
    const number = BigInt(texts.length);
    numbers.set(text, number);
    texts.push(text);
    return number;
  };
  return {
    vectorizer: {
      vectorize: (given) => torch.tensor(BigInt64Array.from(given, numberOf)),
      lengths: (given) => given.map(() => 1),
    },
    textOf: (number) => texts[Number(number)] ?? '',
  };
}

function remembering(
  { layer, vectorizer }: TrainableEncoder,
  params: Tree,
  textOf: (number: bigint) => string,
): Layer<Tree, Tree> {
  const own = new Set(leaves(params));
  const vectors = new Map<bigint, Float32Array>();
  const encode = (tasks: bigint[][], at: Tree, context?: Context): Tensor =>
    layer.apply(
      at,
      vectorizeTasks(
        vectorizer,
        tasks.map((task) => task.map(textOf)),
      ),
      context,
    );
  const learn = (numbers: readonly bigint[], at: Tree): void => {
    for (const batch of lengthBatches(vectorizer.lengths(numbers.map(textOf)))) {
      const some = batch.flatMap((i) => numbers[i] ?? []);
      const x = torch.scope(() => torch.noGrad(() => encode([some], at).to('float32')));
      const data = Float32Array.from(x.data(), Number);
      const size = data.length / some.length;
      for (const [i, number] of some.entries()) {
        vectors.set(number, data.subarray(i * size, (i + 1) * size));
      }
      x.dispose();
    }
  };
  return {
    ...layer,
    apply(at, input, context) {
      const tasks = numbersOf(input);
      if (!isConstant(at, own, context)) return encode(tasks, at, context);
      const numbers = tasks.flat();
      const unknown = new Set(numbers.filter((number) => !vectors.has(number)));
      learn([...unknown], at);
      return stacked(
        numbers.map((number) => vectors.get(number)),
        tasks.length,
      );
    },
  };
}

/** The numbers `[T, n]` of texts. */
function numbersOf(input: Tree): bigint[][] {
  return leaves(input).flatMap((numbers) => numbers.tolist() as bigint[][]);
}

/** True if the parameters are the encoder's own, and what it gives depends on nothing else. */
function isConstant(at: Tree, own: ReadonlySet<Tensor>, context: Context = {}): boolean {
  if (context.training) return false;
  const recorded = torch.isGradEnabled();
  return leaves(at).every(
    (tensor) => own.has(tensor) && tensor.dtype === 'float32' && !(recorded && tensor.requiresGrad),
  );
}

/** Vectors of T tasks as `[T, n, D]`. */
function stacked(vectors: readonly (Float32Array | undefined)[], tasks: number): Tensor {
  const size = vectors[0]?.length ?? 0;
  const data = new Float32Array(vectors.length * size);
  for (const [i, vector] of vectors.entries()) data.set(vector ?? [], i * size);
  return torch.tensor(data, { shape: [tasks, vectors.length / tasks, size] });
}
