export { type AugmentOptions, augmentEpisode } from './augment/augment-episode';
export {
  type Augmentation,
  randomSpan,
  synonyms,
  wordDropout,
  wordSwap,
} from './augment/augmentations';
export {
  type CatalogueEntry,
  type CatalogueFile,
  listDatasets,
} from './datasets/catalogue/catalogue';
export {
  type DownloadDatasetOptions,
  datasetFolder,
  downloadDataset,
  type LocalDataset,
} from './datasets/catalogue/download-dataset';
export {
  type DatasetOptions,
  datasetFromRows,
  type LabeledText,
  type RemovedDuplicates,
  sameText,
  sameWords,
  type TextDataset,
} from './datasets/dataset';
export {
  type Article,
  type Dialogue,
  loadArticles,
  loadDialogues,
  loadLanguages,
  loadOpinions,
  loadPhrases,
  loadRatings,
  type OpinionSet,
  type Phrase,
  type RatedText,
} from './datasets/embedded-texts';
export {
  type IntentDataset,
  type IntentLanguage,
  type IntentsOptions,
  loadIntents,
} from './datasets/intents';
export { DataFileError } from './datasets/readers/data-file-error';
export type { DataFormat, ReadDataOptions } from './datasets/readers/options';
export { type FileDataset, readDataset } from './datasets/readers/read-dataset';
export { readRows } from './datasets/readers/read-rows';
export type { TextRow } from './datasets/readers/row-fields';
export { type Datasheet, type DatasheetOptions, datasheet } from './datasets/sheet/datasheet';
export {
  loadWordNet,
  readWordNetDefinitions,
  type WordNetDefinition,
  type WordNetOptions,
} from './datasets/wordnet';
export { WORDNET_CLASSES, type WordNetClass } from './datasets/wordnet-classes';
export { type ClassSplits, WORDNET_SPLITS } from './datasets/wordnet-splits';
export { type EncodeBatchOptions, type EncodedBatch, encodeBatch } from './encode-batch';
export { cachedFeatures } from './encoders/cached-features';
export { DEFAULT_ENCODER } from './encoders/default-encoder';
export {
  type DownloadEncoderOptions,
  type DownloadProgress,
  downloadEncoder,
} from './encoders/hub/download-encoder';
export { type CachedEncoder, listEncoders } from './encoders/hub/encoder-cache';
export {
  type HuggingFaceEncoder,
  type HuggingFaceOptions,
  type HuggingFaceSpec,
  loadHuggingFace,
  openHuggingFace,
  type Precision,
} from './encoders/hugging-face';
export {
  type MeanEncoderOptions,
  type MeanEncoderParams,
  meanEncoder,
} from './encoders/mean-encoder';
export {
  type LoadEncoderOptions,
  type LocalEncoderOptions,
  loadEncoder,
  loadEncoderSync,
  openEncoder,
} from './encoders/open-encoder';
export { type EncodeOptions, type ReadTexts, SentenceEncoder } from './encoders/sentence-encoder';
export type { EncoderSpec, TokenModel } from './encoders/token-model';
export type { TokenStates, TokenVectors } from './encoders/token-states';
export { TRAINABLE_ENCODERS } from './encoders/trainable';
export type {
  TrainableEncoder,
  TrainableEncoderKind,
} from './encoders/trainable/trainable-encoder';
export {
  openUseLite,
  type UseLiteOptions,
  type UseLiteParams,
  useLite,
} from './encoders/use-lite/use-lite';
export {
  loadWordVectors,
  type ReadProgress,
  type WordVectorOptions,
} from './encoders/word-vectors/load-word-vectors';
export { openWordVectors, saveWordVectors } from './encoders/word-vectors/saved-word-vectors';
export {
  type WordVectorParams,
  type WordVectorSpec,
  wordVectorModel,
} from './encoders/word-vectors/word-vector-model';
export { type ClassFold, readClassFolds } from './episodes/class-folds';
export {
  type ClassesBySplit,
  requireDisjointClasses,
  splitSamplers,
} from './episodes/class-splits';
export {
  type EpisodeRows,
  EpisodeSampler,
  type EpisodeText,
  type LabeledRows,
  type TextEpisode,
} from './episodes/episode-sampler';
export { episodeTensors } from './episodes/episode-tensors';
export type { EpisodeSamplerOptions, ShotRange, WayRange } from './episodes/sampler-options';
export { loadEpisodes, type SavedEpisodes, saveEpisodes } from './episodes/saved-episodes';
export type { ClassRows, TaskSource } from './episodes/task-sources';
export {
  EncoderDecoder,
  type EncoderDecoderOptions,
  encoderDecoder,
} from './generation/encoder-decoder';
export type { GeneratedText, GenerateOptions } from './generation/generate-texts';
export { type PhraseEpisodeOptions, phraseEpisodes } from './generation/phrase-episodes';
export type { PhrasePair } from './generation/phrase-pairs';
export { characterLoss } from './generation/token-loss';
export { HashedVectorizer, type HashedVectorizerOptions } from './hashed-vectorizer';
export { joinedVectorizer } from './joined-vectorizer';
export {
  type KneserNey,
  type KneserNeyOptions,
  kneserNey,
} from './language-models/kneser-ney';
export {
  type LanguageModel,
  type Perplexity,
  perplexity,
} from './language-models/language-model';
export type { LanguageWordOptions, LanguageWords } from './language-models/language-words';
export { LayerLanguageModel } from './language-models/layer-language-model';
export {
  type LstmLanguageModelOptions,
  type LstmLanguageModelParams,
  lstmLanguageModel,
} from './language-models/lstm-language-model';
export {
  type MaxEntropyOptions,
  type MaxEntropyParams,
  maxEntropyModel,
} from './language-models/max-entropy';
export {
  type TransformerLanguageModelOptions,
  transformerLanguageModel,
} from './language-models/transformer-language-model';
export { type ExportOnnxOptions, exportOnnx, type OnnxHead } from './onnx/export-onnx';
export { Bm25, type Bm25Options, type Ranked } from './retrieval/bm25';
export { reciprocalRankFusion } from './retrieval/rank-fusion';
export {
  type Entity,
  type EntityDomain,
  loadEntityTexts,
  markedText,
  type ReadEntitiesOptions,
  readEntities,
  type TaggedTokens,
} from './tasks/entities';
export {
  type EntityPair,
  loadRelations,
  markedPair,
  type RelationExample,
  type TokenSpan,
} from './tasks/relations';
export { TextClassifier, type TextModel, type TextPrediction } from './tasks/text-classifier';
export { type TokenBatch, TokenVectorizer } from './token-vectorizer';
export type { Tokenizer } from './tokenizers/tokenizer';
export { WordTokenizer, type WordTokenizerOptions } from './tokenizers/word-tokenizer';
export { type Vectorizer, vectorizeTasks } from './vectorizer';
export {
  PAD_TOKEN,
  UNKNOWN_TOKEN,
  Vocabulary,
  type VocabularyJson,
  type VocabularyOptions,
} from './vocabulary';
export {
  VocabularyVectorizer,
  type VocabularyVectorizerOptions,
} from './vocabulary-vectorizer';
