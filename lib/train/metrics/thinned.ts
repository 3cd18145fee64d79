/** More points than this no picture shows. */
const MOST = 200;

/**
 * Points of a rising curve, evenly passed over where there are many.
 *
 * @param height how high a point is
 * @param levels heights whose first points stay
 */
export function thinned<T>(
  points: readonly T[],
  height: (point: T) => number,
  levels: readonly number[],
): T[] {
  if (points.length <= MOST) return [...points];
  const last = points.length - 1;
  const places = new Set(
    Array.from({ length: MOST }, (_, i) => Math.round((i * last) / (MOST - 1))),
  );
  for (const level of levels) places.add(points.findIndex((point) => height(point) >= level));
  return points.filter((_, place) => places.has(place));
}
