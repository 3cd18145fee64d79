import { configFrom, flagSource, readConfigFile } from '../../../lib/train/runs/config-file';
import { fitConfig } from '../../../lib/train/runs/fit';
import type { MetaModel } from '../../../lib/train/runs/model';
import { configFile } from './configs';

/** A small model of a learner, after some steps of the run of its config. */
export async function trainedModel(learner: string, steps: number): Promise<MetaModel> {
  const file = readConfigFile(configFile(learner));
  const { model } = await fitConfig(undefined, configFrom([file, flagSource({ steps })]), {});
  return model;
}
