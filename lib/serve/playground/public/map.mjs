const SVG = 'http://www.w3.org/2000/svg';

/** As many hues as one can tell apart; more labels go round. */
export function colorOf(index) {
  return `light-dark(hsl(${(index * 137.5) % 360} 65% 42%), hsl(${(index * 137.5) % 360} 70% 66%))`;
}

function circle(x, y, r) {
  const one = document.createElementNS(SVG, 'circle');
  for (const [name, value] of Object.entries({ cx: x, cy: -y, r })) one.setAttribute(name, value);
  return one;
}

/** Draws the examples, and where the typed text lies among them. */
export function drawMap(svg, { examples, text }, labels) {
  svg.replaceChildren(
    ...examples.map((example) => {
      const dot = circle(example.x, example.y, 0.035);
      dot.style.fill = colorOf(labels.indexOf(example.label));
      const title = document.createElementNS(SVG, 'title');
      title.textContent = `${example.label}: ${example.text}`;
      dot.append(title);
      return dot;
    }),
  );
  if (text === null) return;
  const clamp = (value) => Math.max(-1.08, Math.min(1.08, value));
  const here = circle(clamp(text.x), clamp(text.y), 0.06);
  here.setAttribute('class', 'here');
  svg.append(here);
}
