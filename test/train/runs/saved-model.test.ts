import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { saveModel } from '../../../lib/train';
import { temporaryFolder } from '../../helpers/folders';

const folder = temporaryFolder();

test.each([null, 3, {}, { facts: { learner: {} } }])(
  'what is not a model is refused, and nothing is written: %j',
  (model) => {
    const path = join(folder(), 'saved');
    expect(() => saveModel(path, model as never)).toThrow(
      expect.objectContaining({
        code: 'ERR_TORCH_ARGUMENT',
        message: expect.stringContaining('Expected a MetaModel for model of saveModel'),
      }),
    );
    expect(existsSync(path)).toBe(false);
  },
);
