import { type Json, jsonObject } from '../check';

/** What a checked config is in a file: options that are left out are not in it. */
export function asJson(config: object): Record<string, Json> {
  return jsonObject(JSON.parse(JSON.stringify(config)), 'config', 'asJson');
}
