import { packageError } from '../../../optional-packages';
import { plainText } from '../pages/plain-text';

/** @observablehq/plot, which is an ES module. */
export type Plot = typeof import('@observablehq/plot', { with: { 'resolution-mode': 'import' }});
type Dom = typeof import('linkedom', { with: { 'resolution-mode': 'import' }});
type PlotOptions = NonNullable<Parameters<Plot['plot']>[0]>;

/** A picture and what it shows in words. */
export type Drawing = { readonly svg: string; readonly caption: string };

/** What draws plots, without a browser. */
export type Pen = {
  readonly plot: Plot;
  draw(options: PlotOptions, caption: string): Drawing;
};

/**
 * Loads what draws.
 *
 * @throws TorchError `ERR_TORCH_PACKAGE_MISSING` with the command that installs it
 */
export function loadPen(): Pen {
  const [plot, { parseHTML }] = drawingPackages();
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  return {
    plot,
    draw(options, caption) {
      const svg = plot.plot({ document, style: { fontSize: '11px' }, ...options });
      svg.setAttribute('role', 'img');
      svg.setAttribute('aria-label', plainText(caption));
      return { svg: svg.outerHTML, caption };
    },
  };
}

function drawingPackages(): [Plot, Dom] {
  try {
    return [require('@observablehq/plot'), require('linkedom')];
  } catch (cause) {
    throw packageError(cause, ['@observablehq/plot', 'linkedom'], 'A report in HTML');
  }
}

/** Colours by the names that the page's style gives them, light and dark. */
export const ACCENT = 'var(--accent)';
export const SOFT = 'var(--soft)';
export const LINE = 'var(--line)';
/** The most columns of letters that a name of a label takes beside a plot. */
export const NAME = 22;
export const WIDTH = 640;
/** Beside a table there is less room. */
export const NARROW = 460;
