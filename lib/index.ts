import './doors';

export { ArgumentRangeError, ArgumentTypeError, type ErrorCode, TorchError } from './errors';
export * as meta from './meta';
export * as nn from './nn';
export * as optim from './optim';
export * as serve from './serve';
export {
  EncoderPool,
  FewShotClassifier,
  inspectExamples,
} from './serve';
export * as text from './text';
export * from './torch';
export * as train from './train';
