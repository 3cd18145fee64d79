export { TransferClassifier, type TransferOptions } from './transfer-classifier';
