export {
  type HuggingFaceEncoder,
  type HuggingFaceOptions,
  type HuggingFaceSpec,
  loadHuggingFace,
  openHuggingFace,
} from './hugging-face';
export type { Precision } from './precision';
