import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  type DownloadEncoderOptions,
  downloadEncoder,
} from '../../../lib/text/encoders/hub/download-encoder';
import { temporaryFolder } from '../folders';
import { type FakeHub, startHub } from './fake-hub';

/** The content of the largest file. */
export const WEIGHTS = Buffer.from('weights '.repeat(50_000));

/** An encoder, and what else repositories have. */
export const FILES = {
  'config.json': '{"model_type": "bert"}',
  'tokenizer.json': '{}',
  'modules.json': '[]',
  '1_Pooling/config.json': '{"pooling": 1}',
  'model.safetensors': WEIGHTS,
  'pytorch_model.bin': 'pickle',
  'README.md': '# Model',
  'onnx/model.onnx': 'onnx',
};

/** Gives each test of the current file a hub of its own, an empty cache, and no settings for hubs. */
export function hubForTests() {
  const folder = temporaryFolder();
  const environment = { ...process.env };
  let hub: FakeHub;
  beforeEach(async () => {
    for (const name of Object.keys(process.env)) {
      if (/^HF_|_proxy$|^METATORCH_OFFLINE$/i.test(name)) delete process.env[name];
    }
    hub = await startHub(FILES);
  });
  afterEach(async () => {
    process.env = { ...environment };
    await hub.stop();
  });
  const download = (options: DownloadEncoderOptions = {}, name = 'owner/model') => {
    const cacheFolder = join(folder(), 'cache');
    return downloadEncoder(name, { endpoint: hub.url, cacheFolder, retryDelay: 1, ...options });
  };
  const refused = async (message: RegExp, options: DownloadEncoderOptions = {}) => {
    await expect(download(options)).rejects.toMatchObject({
      name: 'TorchError',
      code: 'ERR_TORCH_DOWNLOAD',
      message: expect.stringMatching(message),
    });
    expect(existsSync(join(folder(), 'cache/owner--model/commits', hub.commit))).toBe(false);
  };
  return { hub: () => hub, folder, download, refused };
}
