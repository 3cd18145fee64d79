import type { Parameter } from '../space';

/** A parameter that is a number. */
export type NumberParameter = Exclude<Parameter, { kind: 'categorical' }>;

/** The line on which a numeric parameter is drawn: its logarithm where that is meant. */
export type Scale = {
  /** The ends of the line. An integer has half of a step beyond its own, so that all are equally likely. */
  readonly low: number;
  readonly high: number;
  /** The value of a point of the line. */
  value(point: number): number;
  /** The point of a value. */
  point(value: number): number;
  /** The part of the line that becomes a value; undefined if that is a single point. */
  bin(value: number): readonly [number, number] | undefined;
};

/** The line of a numeric parameter. */
export function scaleOf(parameter: NumberParameter): Scale {
  const { kind, low, high } = parameter;
  const isLog = kind === 'log-uniform' || (kind === 'integer' && parameter.log);
  const to = isLog ? Math.log : (x: number) => x;
  const from = isLog ? Math.exp : (x: number) => x;
  const clamp = (x: number) => Math.min(high, Math.max(low, x));
  if (kind === 'integer') {
    return {
      low: to(low - 0.5),
      high: to(high + 0.5),
      value: (point) => clamp(Math.round(from(point))),
      point: to,
      bin: (value) => [to(value - 0.5), to(value + 0.5)],
    };
  }
  return {
    low: to(low),
    high: to(high),
    value: (point) => clamp(from(point)),
    point: to,
    bin: () => undefined,
  };
}
