export type { Precision } from '../precision';
export {
  type HuggingFaceEncoder,
  type HuggingFaceOptions,
  type HuggingFaceSpec,
  loadHuggingFace,
  openHuggingFace,
  weightFiles,
} from './hugging-face';
