import * as text from '../../lib/text';

test('exports the text layer', () => {
  expect(Object.keys(text).sort()).toEqual([
    'Bm25',
    'DEFAULT_ENCODER',
    'DataFileError',
    'EpisodeSampler',
    'HashedVectorizer',
    'LayerLanguageModel',
    'PAD_TOKEN',
    'SentenceEncoder',
    'TRAINABLE_ENCODERS',
    'TextClassifier',
    'TokenVectorizer',
    'UNKNOWN_TOKEN',
    'Vocabulary',
    'VocabularyVectorizer',
    'WORDNET_CLASSES',
    'WORDNET_SPLITS',
    'WordTokenizer',
    'augmentEpisode',
    'cachedFeatures',
    'datasetFolder',
    'datasetFromRows',
    'datasheet',
    'downloadDataset',
    'downloadEncoder',
    'encodeBatch',
    'episodeTensors',
    'exportOnnx',
    'joinedVectorizer',
    'kneserNey',
    'listDatasets',
    'listEncoders',
    'loadEncoder',
    'loadEncoderSync',
    'loadEntityTexts',
    'loadEpisodes',
    'loadHuggingFace',
    'loadIntents',
    'loadLanguages',
    'loadOpinions',
    'loadRatings',
    'loadRelations',
    'loadWordNet',
    'loadWordVectors',
    'lstmLanguageModel',
    'markedPair',
    'markedText',
    'maxEntropyModel',
    'meanEncoder',
    'openEncoder',
    'openHuggingFace',
    'openUseLite',
    'openWordVectors',
    'perplexity',
    'randomSpan',
    'readClassFolds',
    'readDataset',
    'readEntities',
    'readRows',
    'readWordNetDefinitions',
    'reciprocalRankFusion',
    'requireDisjointClasses',
    'sameText',
    'sameWords',
    'saveEpisodes',
    'saveWordVectors',
    'splitSamplers',
    'synonyms',
    'transformerLanguageModel',
    'useLite',
    'vectorizeTasks',
    'wordDropout',
    'wordSwap',
    'wordVectorModel',
  ]);
});

test('goes from texts to a batch', () => {
  const dataset = text.datasetFromRows([
    { text: 'The cat sat.', label: 'cats' },
    { text: 'A cat!', label: 'cats' },
    { text: 'The dog sat.', label: 'dogs' },
    { text: 'Dogs…', label: 'dogs' },
  ]);
  const tokenizer = new text.WordTokenizer();
  const tokens = dataset.classes
    .flatMap((c) => dataset.examples(c))
    .map((t) => tokenizer.tokenize(t));
  const vocabulary = text.Vocabulary.build(tokens, { minCount: 2 });
  expect(vocabulary.tokens).toEqual(['<pad>', '<unk>', 'cat', 'sat', 'the']);
  expect(text.encodeBatch(tokens.map((list) => vocabulary.encode(list)))).toEqual({
    ids: Int32Array.of(4, 2, 3, 1, 2, 0, 4, 1, 3, 1, 0, 0),
    mask: Float32Array.of(1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 0, 0),
    shape: [4, 3],
  });
});
