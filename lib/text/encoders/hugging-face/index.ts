export {
  type HuggingFaceEncoder,
  type HuggingFaceOptions,
  type HuggingFaceSpec,
  loadHuggingFace,
  openHuggingFace,
} from './hugging-face';
export { TokenVectorizer } from './token-vectorizer';
