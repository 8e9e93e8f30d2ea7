// A golden .keras whose network reads ids of words, with a TextVectorization put in front, as Keras would have saved it.
import { createRequire } from 'node:module';

export const { zipSync, unzipSync, strToU8, strFromU8 } = createRequire(
  new URL('../../wasm/package.json', import.meta.url),
)('fflate');

export const words = ['', '[UNK]', 'enak', 'tidak', 'sekali', 'makan', 'murah'];

/** `file` begins with InputLayer and Embedding; `length` ids of at least `words.length` kinds. */
export function with_text_vectorization(file, length) {
  const members = unzipSync(file);
  const config = JSON.parse(strFromU8(members['config.json']));
  const input = {
    module: 'keras.layers',
    class_name: 'InputLayer',
    config: { batch_shape: [null, 1], dtype: 'string', sparse: false, ragged: false, name: 'input_layer' },
    registered_name: null,
  };
  const vectorization = {
    module: 'keras.layers',
    class_name: 'TextVectorization',
    config: {
      name: 'text_vectorization',
      trainable: true,
      max_tokens: null,
      standardize: 'lower_and_strip_punctuation',
      split: 'whitespace',
      ngrams: null,
      output_mode: 'int',
      output_sequence_length: length,
      pad_to_max_tokens: false,
      sparse: false,
      ragged: false,
      vocabulary: null,
      idf_weights: null,
      encoding: 'utf-8',
      vocabulary_size: words.length,
    },
    registered_name: null,
    build_config: { input_shape: [null, 1] },
  };
  config.config.layers.splice(0, 1, input, vectorization);
  delete config.config.build_input_shape;
  delete config.build_config;
  return zipSync({
    ...members,
    'config.json': strToU8(JSON.stringify(config)),
    'assets/layers/text_vectorization/vocabulary.txt': strToU8(words.join('\n')),
  });
}
