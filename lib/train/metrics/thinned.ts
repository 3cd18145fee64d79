/** More points than this no picture shows. */
const MOST = 200;

/** Points of a curve from first to last, evenly passed over where there are many. */
export function thinned<T>(points: readonly T[], most = MOST): T[] {
  if (points.length <= most) return [...points];
  const last = points.length - 1;
  return Array.from({ length: most }, (_, i) => points[Math.round((i * last) / (most - 1))]).filter(
    (point) => point !== undefined,
  );
}
