import { calledAs, isOptions } from '../../check';
import { invalidArgument } from '../../errors';
import { isTensor, type Tensor } from '../../torch';
import { requireTensor } from '../../torch/check-tensors';

/** The arguments of a function by position. */
export type Signature = {
  /** The tensors that come first. */
  readonly tensors: readonly string[];
  /** How many arguments may follow them, the options among them; any number if the function counts them itself. */
  readonly more: number;
  /** The function's names for what operators inside of it call otherwise. `self` is always the first tensor. */
  readonly names?: Readonly<Record<string, string>>;
  /** It calls functions of the caller's own, whose errors stay as they are. */
  readonly callsBack?: boolean;
};

type Untyped = (...args: never[]) => unknown;

type Functions = Readonly<Record<string, Untyped>>;

/**
 * The same functions, whose errors name them and their arguments: no tensor where there has to be one, arguments
 * beyond the last, and what the operators that they are made of refuse.
 */
export function namedByThemselves<F extends Functions>(
  functions: F,
  signatures: Readonly<Record<keyof F, Signature>>,
): F {
  const named = Object.entries<Untyped>(functions).map(([name, fn]) => {
    const checked = withSignature(name, fn, signatures[name as keyof F & string]);
    return [name, Object.defineProperty(checked, 'name', { value: name })] as const;
  });
  return Object.fromEntries(named) as unknown as F;
}

function withSignature(
  operator: string,
  fn: Untyped,
  { tensors, more, names = {}, callsBack = false }: Signature,
): (...args: unknown[]) => unknown {
  const own = { self: tensors[0] ?? 'input', ...names };
  return (...args) => {
    for (const [i, name] of tensors.entries()) requireTensor(args[i], name, operator);
    const surplus = args.length - tensors.length - more;
    if (surplus > 0) {
      const options = more > 0 ? ', options in one object at the end,' : '';
      const most = `at most ${tensors.length + more} arguments${options}`;
      throw invalidArgument(most, operator, args.at(-surplus), operator);
    }
    const run = () => fn(...(args as never[]));
    if (callsBack) return run();
    const received = (): string => tensorsAmong(args, tensors);
    return calledAs({ operator, names: own, received }, run);
  };
}

/** The tensors among the arguments, as `input: float32 [2, 3], target: int64 [2]`. */
function tensorsAmong(args: readonly unknown[], names: readonly string[]): string {
  const given = args.flatMap((arg, i): (readonly [string | undefined, unknown])[] =>
    isOptions(arg) ? Object.entries(arg) : [[names[i], arg]],
  );
  return given
    .flatMap(([name, value]) =>
      name !== undefined && isTensor(value) ? [`${name}: ${described(value)}`] : [],
    )
    .join(', ');
}

const described = ({ dtype, shape }: Tensor): string => `${dtype} [${shape.join(', ')}]`;
