const SVG = 'http://www.w3.org/2000/svg';
const [WIDTH, HEIGHT, LEFT, BOTTOM] = [420, 150, 36, 20];

function shape(name, attributes, content) {
  const one = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) one.setAttribute(key, value);
  if (content !== undefined) one.textContent = content;
  return one;
}

const percent = (share) => `${(100 * share).toFixed(0)} %`;

/** `1 May 12:00`, in the reader's language and time. */
export function timeOf(milliseconds) {
  const format = { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' };
  return new Intl.DateTimeFormat(undefined, format).format(new Date(milliseconds));
}

/** The share of negative items over time, its baseline, and where alerts were raised. */
export function drawCurve({ topic, curve, baseline }, alerts) {
  const svg = shape('svg', {
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    role: 'img',
    class: 'curve',
    'aria-label': `${topic}: share of negative items over time`,
  });
  const [first, last] = [curve[0]?.start ?? 0, curve.at(-1)?.start ?? 0];
  const span = last - first || 1;
  const xOf = (time) => LEFT + ((time - first) / span) * (WIDTH - LEFT - 6);
  const yOf = (share) => 6 + (1 - share) * (HEIGHT - BOTTOM - 6);
  for (const share of [0, 0.5, 1]) {
    svg.append(
      shape('line', { x1: LEFT, x2: WIDTH, y1: yOf(share), y2: yOf(share), class: 'grid' }),
      shape('text', { x: LEFT - 4, y: yOf(share) + 4, class: 'tick end' }, percent(share)),
    );
  }
  if (curve.length === 0) return svg;
  svg.append(
    shape('text', { x: LEFT, y: HEIGHT - 4, class: 'tick' }, timeOf(first)),
    shape('text', { x: WIDTH - 2, y: HEIGHT - 4, class: 'tick end' }, timeOf(last)),
  );
  if (baseline !== null) {
    const [top, bottom] = [yOf(baseline.bound), yOf(baseline.share)];
    svg.append(
      shape('rect', { x: LEFT, width: WIDTH - LEFT, y: top, height: bottom - top, class: 'band' }),
      shape('line', { x1: LEFT, x2: WIDTH, y1: bottom, y2: bottom, class: 'baseline' }),
    );
  }
  const points = curve.map(({ start, items, negative }) => [xOf(start), yOf(negative / items)]);
  svg.append(
    shape('polyline', { points: points.map((xy) => xy.join()).join(' '), class: 'share' }),
  );
  for (const [i, [cx, cy]] of points.entries()) {
    const { start, items, negative } = curve[i];
    const dot = shape('circle', { cx, cy, r: 2.5, class: 'point' });
    dot.append(shape('title', {}, `${timeOf(start)}: ${negative} of ${items} negative`));
    svg.append(dot);
  }
  for (const { time, number } of alerts.filter((one) => one.time >= first)) {
    const x = Math.min(xOf(time), WIDTH - 2);
    const line = shape('line', { x1: x, x2: x, y1: yOf(1), y2: yOf(0), class: 'alert-line' });
    line.append(shape('title', {}, `Alert ${number}, ${timeOf(time)}`));
    svg.append(line);
  }
  return svg;
}
