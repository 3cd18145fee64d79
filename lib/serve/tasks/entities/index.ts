export { EntityBoundaries, type EntityBoundariesOptions } from './entity-boundaries';
export {
  EntityRecognizer,
  type EntityRecognizerOptions,
  type FoundEntity,
} from './entity-recognizer';
export type { RatedEntity } from './fitted';
