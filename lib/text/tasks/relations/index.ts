export {
  type EntityPair,
  entityPairsOf,
  loadRelations,
  markedPair,
  type RelationExample,
  relationExamplesOf,
  type TokenSpan,
} from './related-tokens';
