import {
  type FitOptions,
  type Fitted,
  fitOneLabel,
  type LabeledFeatures,
  refitOneLabel,
} from './fitted';
import { fitMultiLabel } from './fitted-multi-label';
import { givesSeveral } from './heads';

/** Fits the named head, or the one that is best on examples it has not seen. */
export function fitExamples(features: LabeledFeatures, options: FitOptions): Fitted {
  return givesSeveral(options.head)
    ? fitMultiLabel(features, options)
    : fitOneLabel(features, options);
}

/** The same kind of head for the examples of `before` and those that stand after them. */
export function refitted(
  before: LabeledFeatures & { fitted: Fitted },
  features: LabeledFeatures,
  options: FitOptions,
): Fitted {
  return givesSeveral(before.fitted.head)
    ? fitMultiLabel(features, options)
    : refitOneLabel(before, features, options);
}
