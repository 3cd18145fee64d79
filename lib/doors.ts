import * as nn from './nn';
import * as optim from './optim';
import { answerMissingNames } from './torch/missing-names';

// PyTorch's classes and modules, such as `nn.Linear` and `optim.lr_scheduler`, say what stands for them here.
answerMissingNames([
  { name: 'nn', names: { ...nn }, last: nn },
  { name: 'nn.functional', names: nn.functional },
  { name: 'optim', names: { ...optim }, last: optim },
]);
