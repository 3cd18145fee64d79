import {
  type Before,
  type FitOptions,
  type Fitted,
  fitOneLabel,
  type GrownFeatures,
  type LabeledFeatures,
  refitOneLabel,
} from './fitted';
import { fitMultiLabel } from './fitted-multi-label';
import { givesSeveral } from './heads';
import { whole } from './vectors';

/** Fits the named head, or the one that is best on examples it has not seen. */
export function fitExamples(features: LabeledFeatures, options: FitOptions): Fitted {
  return givesSeveral(options.head)
    ? fitMultiLabel(features, options)
    : fitOneLabel(features, options);
}

/** The same kind of head for more examples. */
export function refitted(before: Before, features: GrownFeatures, options: FitOptions): Fitted {
  return givesSeveral(before.fitted.head)
    ? fitMultiLabel({ ...features, x: whole(features.x) }, options)
    : refitOneLabel(before, features, options);
}
