export { ENTITY_DOMAINS, type EntityDomain, loadEntityTexts } from './load-entity-texts';
export { markedText } from './marked-text';
export { type ReadEntitiesOptions, readEntities } from './read-entities';
export {
  bestEntities,
  type LatticeEntity,
  START,
  type TokenScores,
  type Transitions,
} from './tag-lattice';
export {
  BEGIN,
  type Entity,
  INSIDE,
  OUTSIDE,
  requireEntities,
  type TaggedTokens,
  taggedTokensOf,
  tokensOf,
  tokenTags,
} from './tagged-tokens';
export { type WordPlace, wordPlaces } from './word-places';
export { SHAPE_FEATURES, wordShapes } from './word-shapes';
export { wordStates } from './word-states';
