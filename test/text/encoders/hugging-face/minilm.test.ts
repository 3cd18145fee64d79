import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type HuggingFaceEncoder,
  loadHuggingFace,
  openHuggingFace,
} from '../../../../lib/text/encoders/hugging-face';
import { torch } from '../../../../lib/torch';
import { describeWith, sharedData } from '../../../helpers/shared-data';

const folder = sharedData('encoders', 'all-MiniLM-L6-v2');
type Golden = { cases: { text: string; input_ids: number[]; embedding: number[] }[] };

describeWith(folder)('all-MiniLM-L6-v2', () => {
  let encoder: HuggingFaceEncoder;
  let cases: Golden['cases'];
  let ids: Int32Array[];
  beforeAll(() => {
    encoder = loadHuggingFace(folder);
    ({ cases } = JSON.parse(readFileSync(join(folder, 'golden.json'), 'utf8')) as Golden);
    ids = cases.map(({ text }) => encoder.tokenize(text));
  });

  test('gives the ids of the reference', () => {
    expect(ids.map((own) => [...own])).toEqual(cases.map(({ input_ids }) => input_ids));
  });

  test('gives the embeddings of the reference, packed, alone, padded and with gradients', () => {
    const expected = torch.tensor(cases.map(({ embedding }) => embedding));
    const far = (found: ReturnType<typeof torch.tensor>): number =>
      Number(found.sub(expected).abs().max().item());
    expect(far(encoder.embed(encoder.params, ids))).toBeLessThan(1e-5);
    const alone = ids.map((own) => encoder.embed(encoder.params, [own]));
    expect(far(torch.cat(alone))).toBeLessThan(1e-5);
    const batch = encoder.vectorizer.vectorize(cases.map(({ text }) => text));
    expect(far(encoder.layer.apply(encoder.params, batch))).toBeLessThan(1e-5);
  });

  test('opens again with parameters that are given', () => {
    const again = openHuggingFace(structuredClone(encoder.spec), encoder.params);
    expect(again.fingerprint).toBe(encoder.fingerprint);
    expect([...again.tokenize('How do I reset my password?')]).toEqual(cases[0]?.input_ids);
  });

  test('says what it is', () => {
    const { name, dimensions, maxLength, fingerprint } = encoder;
    expect({ name, dimensions, maxLength }).toEqual({
      name: 'all-MiniLM-L6-v2',
      dimensions: 384,
      maxLength: 256,
    });
    expect(fingerprint).toMatch(/^[0-9a-f]{64}$/);
  });
});
