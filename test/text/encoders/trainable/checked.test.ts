import { TRAINABLE_ENCODERS } from '../../../../lib/text';
import { junk } from '../../../helpers/junk';

type Kind = keyof typeof TRAINABLE_ENCODERS;

const KINDS = Object.keys(TRAINABLE_ENCODERS) as Kind[];

/** Builds an encoder of whatever is given. */
const build = (kind: Kind, options: unknown, texts: unknown): Promise<unknown> =>
  Reflect.apply(TRAINABLE_ENCODERS[kind].build, undefined, [options, texts]);
const restore = (kind: Kind, options: unknown): Promise<unknown> =>
  Reflect.apply(TRAINABLE_ENCODERS[kind].restore, undefined, [options, {}]);

test.each(KINDS)(
  '%s refuses what is no list of texts, and options of another kind',
  async (kind) => {
    for (const [, texts] of [...junk(), ['holes', new Array(2 ** 32 - 1)] as const]) {
      await expect(build(kind, {}, texts)).rejects.toMatchObject({ code: 'ERR_TORCH_ARGUMENT' });
    }
    for (const [, options] of junk('{}')) {
      await expect(build(kind, options, ['rain'])).rejects.toHaveProperty('code');
      await expect(restore(kind, options)).rejects.toHaveProperty('code');
    }
  },
);
