// node tests/fuzz/seeds.mjs FOLDER: small inputs for every fuzz target, FOLDER/TARGET/*, and dictionaries with the words
// that the readers know, FOLDER/TARGET.dict.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crc32, deflateRawSync, deflateSync } from 'node:zlib';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = process.argv[2];
if (!folder) throw new Error('usage: node tests/fuzz/seeds.mjs FOLDER');

const checksum = crc32 ?? own_crc32; // Node 20 has none
function own_crc32(bytes) {
  let sum = ~0;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return ~sum >>> 0;
}

function put(target, name, content) {
  mkdirSync(join(folder, target), { recursive: true });
  writeFileSync(join(folder, target, name), content);
}

const separator = Buffer.from([0xff]);
const parts = (...texts) =>
  Buffer.concat(texts.flatMap((text, i) => [...(i ? [separator] : []), Buffer.from(text)]));
const json = JSON.stringify;

const layer = (class_name, config = {}) => ({ class_name, config });
const input = (...sizes) => layer('InputLayer', { batch_shape: [null, ...sizes] });
const activations =
  'linear relu relu6 leaky_relu elu selu gelu silu hard_silu mish sigmoid hard_sigmoid log_sigmoid tanh hard_tanh tanh_shrink softplus softsign exponential softmax log_softmax'.split(
    ' ',
  );
const texts = { output_mode: 'int', output_sequence_length: 6, max_tokens: 9, vocabulary: ['a', 'b', 'c'] };
const networks = {
  pictures: [
    input(8, 8, 3),
    layer('Conv2D', { filters: 4, kernel_size: 3, padding: 'same', activation: 'relu' }),
    layer('MaxPooling2D'),
    layer('Conv2D', { filters: 5, kernel_size: [2, 3], use_bias: false, dilation_rate: [1, 1] }),
    layer('AveragePooling2D', { pool_size: 2, strides: 1 }),
    layer('Flatten'),
    layer('Dense', { units: 3, activation: 'softmax' }),
  ],
  open: [
    input(null, null, 3),
    layer('ZeroPadding2D', {
      padding: [
        [1, 2],
        [0, 1],
      ],
    }),
    layer('BatchNormalization'),
    layer('Conv2D', { filters: 2, kernel_size: [3, 3], strides: [2, 2] }),
    layer('LeakyReLU', { negative_slope: 0.2 }),
    layer('GlobalAveragePooling2D'),
    layer('Dense', { units: 2 }),
  ],
  scaled: [
    input(8, 8, 3),
    layer('Rescaling', { scale: 0.1, offset: 1 }),
    layer('GlobalMaxPooling2D'),
    layer('LayerNormalization'),
    layer('ELU', { alpha: 1 }),
    layer('Softmax'),
  ],
  words: [
    input(6),
    layer('Embedding', { input_dim: 9, output_dim: 4, mask_zero: true }),
    layer('Bidirectional', {
      layer: layer('LSTM', { units: 3, return_sequences: true }),
      merge_mode: 'concat',
    }),
    layer('SimpleRNN', { units: 4, go_backwards: true }),
    layer('Dense', { units: 2, activation: 'softmax' }),
  ],
  steps: [
    input(6, 4),
    layer('Masking', { mask_value: 0 }),
    layer('GRU', { units: 3, return_sequences: true, reset_after: true }),
    layer('GRU', { units: 3, reset_after: false }),
    layer('Dense', { units: 2, activation: 'sigmoid', use_rmsnorm: true }),
  ],
  film: [
    input(3, 8, 8, 2),
    layer('TimeDistributed', { layer: layer('Conv2D', { filters: 2, kernel_size: 3 }) }),
    layer('TimeDistributed', { layer: layer('Flatten') }),
    layer('Bidirectional', { layer: layer('SimpleRNN', { units: 2 }), merge_mode: 'sum' }),
    layer('RMSNormalization'),
  ],
  causal: [
    input(null, 4),
    layer('Conv1D', { filters: 3, kernel_size: 3, padding: 'causal', dilation_rate: 2, activation: 'selu' }),
    layer('Dropout', { rate: 0.5 }),
    layer('GlobalAveragePooling1D'),
    layer('Reshape', { target_shape: [3, -1] }),
    layer('ReLU', { max_value: 6, negative_slope: 0.1, threshold: 0.1 }),
  ],
  activations: [input(5), ...activations.map((activation) => layer('Activation', { activation }))],
  initial: [
    input(5),
    layer('Dense', {
      units: 4,
      kernel_initializer: layer('GlorotUniform', { seed: 3 }),
      kernel_regularizer: layer('L2', { l2: 0.01 }),
    }),
    layer('Dense', {
      units: 2,
      kernel_initializer: 'he_normal',
      bias_initializer: layer('Constant', { value: 0.1 }),
    }),
  ],
  texts: [
    layer('InputLayer', { batch_shape: [null, 1], dtype: 'string' }),
    layer('TextVectorization', { name: 'text_vectorization', ...texts }),
    layer('Embedding', { input_dim: 9, output_dim: 3 }),
    layer('LSTM', { units: 2 }),
    layer('Dense', { units: 2 }),
  ],
};
const pipelines = {
  pictures: {
    kind: 'image',
    width: 8,
    height: 8,
    channels: 3,
    fit: 'crop',
    fill: 0,
    scale: 0.0039,
    mean: [0.5],
    std: [0.25],
  },
  words: { kind: 'text', sequence_length: 6, vocabulary: ['', '[UNK]', 'enak', 'buruk', 'sekali'] },
};

/** As Keras 3 writes a Functional that is a chain. */
function functional(layers) {
  const named = layers.map((each, i) => {
    const name = `${each.class_name.toLowerCase()}_${i}`;
    const before = i > 0 ? `${layers[i - 1].class_name.toLowerCase()}_${i - 1}` : null;
    const tensor = layer('__keras_tensor__', {
      shape: [null, 1],
      dtype: 'float32',
      keras_history: [before, 0, 0],
    });
    const inbound_nodes = before === null ? [] : [{ args: [tensor], kwargs: { mask: null } }];
    return { class_name: each.class_name, config: { ...each.config, name }, name, inbound_nodes };
  });
  return layer('Functional', {
    name: 'f',
    layers: named,
    input_layers: [[named[0].name, 0, 0]],
    output_layers: [[named.at(-1).name, 0, 0]],
  });
}

function safetensors(metadata, tensors) {
  const header = { __metadata__: metadata };
  let end = 0;
  for (const { name, dtype, shape, bytes } of tensors) {
    header[name] = { dtype, shape, data_offsets: [end, end + bytes] };
    end += bytes;
  }
  const text = Buffer.from(json(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, Buffer.alloc(end)]);
}

function zip(members) {
  const locals = [];
  const entries = [];
  let offset = 0;
  for (const [name, content] of members) {
    const data = deflateRawSync(content);
    const shared = Buffer.alloc(26);
    shared.writeUInt16LE(20, 0);
    shared.writeUInt16LE(8, 4);
    shared.writeUInt32LE(checksum(content), 10);
    shared.writeUInt32LE(data.length, 14);
    shared.writeUInt32LE(content.length, 18);
    shared.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), shared, Buffer.from(name), data]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    entries.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\0'), shared, tail, Buffer.from(name)]));
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(entries);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0, 'latin1');
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
}

function png(width, height, kind, bits) {
  const channels = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }[kind];
  const row = Buffer.alloc(1 + Math.ceil((width * channels * bits) / 8), 9);
  row[0] = 0;
  const chunk = (type, data) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const frame = Buffer.alloc(8);
    frame.writeUInt32BE(data.length, 0);
    frame.writeUInt32BE(checksum(body), 4);
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = bits;
  header[9] = kind;
  const palette =
    kind === 3 ? [chunk('PLTE', Buffer.alloc(48, 5)), chunk('tRNS', Buffer.from([1, 2, 3]))] : [];
  const pixels = deflateSync(Buffer.concat(Array(height).fill(row)));
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    ...palette,
    chunk('IDAT', pixels),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

for (const [name, layers] of Object.entries(networks)) {
  const sequential = json(layer('Sequential', { name, layers }));
  const chain = json(functional(layers));
  const pipeline = json(pipelines[name] ?? { kind: 'tensor' });
  put('json', name, sequential);
  put('config', name, parts(sequential, '3.15.1'));
  put('config', `${name}_list`, json(layers));
  put('config', `${name}_chain`, chain);
  put(
    'model',
    name,
    parts(
      sequential,
      pipeline,
      name === 'pictures' ? '["a","b","c"]' : '',
      '{"epochs":3}',
      '{"x":0.7}',
      'seed',
    ),
  );
  put('model', `${name}_chain`, parts(chain, '', '', '', '', 'seed'));
  for (const changes of ['\0\0\0\0', '\x01\0\0\0', '\0\x01\0a', '\x01\x03\0a\x05\x01b'])
    put(
      'archive',
      `${name}_${changes.charCodeAt(0)}${changes.charCodeAt(1)}`,
      parts(sequential, '{"labels":["a","b"]}', 'a\nb\r\nc', '3.15.1', changes),
    );
  put('archive', `${name}_chain`, parts(chain, '', 'a\nb', '3.16.0', '\0'));
  put(
    'read_model',
    name,
    safetensors({ format: 'lapis', format_version: '1', config: sequential, input: pipeline }, [
      { name: 'selftest/input', dtype: 'F32', shape: [1, 5], bytes: 20 },
      { name: 'selftest/output', dtype: 'F32', shape: [1, 5], bytes: 20 },
    ]),
  );
  put(
    'read_model',
    `${name}_keras`,
    safetensors({ format: 'keras', layout: 'legacy', config: sequential }, []),
  );
  put(
    'zip',
    name,
    zip([
      ['metadata.json', Buffer.from('{"keras_version":"3.15.1"}')],
      ['config.json', Buffer.from(sequential)],
      ['model.weights.h5', Buffer.alloc(200, 7)],
      ['assets/layers/text_vectorization/vocabulary.txt', Buffer.from('a\nb')],
    ]),
  );
}
for (const [name, pipeline] of Object.entries(pipelines))
  put('text', name, parts(json(pipeline), '', 'enak sekali!', 'a B'));
put('text', 'layer', parts(json(networks.texts[1]), 'a\nb\u2028c', 'A b, c! ', '\u00e9t\u00e9'));

for (const dtype of [
  'BOOL',
  'U8',
  'I8',
  'I16',
  'U16',
  'F16',
  'BF16',
  'I32',
  'U32',
  'F32',
  'I64',
  'U64',
  'F64',
]) {
  const bytes = { BOOL: 1, BF16: 2 }[dtype] ?? Number(dtype.slice(1)) / 8;
  put(
    'safetensors',
    dtype,
    safetensors({ format: 'x' }, [{ name: 't', dtype, shape: [2, 2], bytes: 4 * bytes }]),
  );
}
put('safetensors', 'empty', safetensors({}, []));

for (const file of readdirSync(join(root, 'weights')).filter((name) => name.endsWith('.json'))) {
  const config = JSON.parse(readFileSync(join(root, 'weights', file), 'utf8'));
  put('train_config', file, json(config));
  config.fit = {
    epochs: 2,
    schedule: layer('ExponentialDecay', { decay_steps: 100, decay_rate: 0.9, staircase: true }),
  };
  config.compile = {
    optimizer: layer('AdamW', { weight_decay: 0.004, beta_1: 0.9, global_clipnorm: 1 }),
    loss: layer('CategoricalCrossentropy', { label_smoothing: 0.1 }),
    metrics: ['accuracy'],
  };
  put('train_config', `${file}_other`, json(config));
}

put('csv', 'quotes', 'id,text,label\n1,"a ""b"", c\nd",positive\r\n2,x,negative\n');
put('csv', 'mark', '\ufeffid,text,label\r\n\r\n1,,\n');
put('csv', 'semicolons', 'id;text;label\n1;a, b;c\n');
put('image', 'counting', Buffer.from(Array.from({ length: 80 }, (_, i) => i)));
put('image', 'large', Buffer.alloc(80, 0xff));

for (const kind of [0, 2, 3, 4, 6]) put('picture', `png${kind}`, png(7, 5, kind, 8));
put('picture', 'png16', png(3, 3, 2, 16));
put('picture', 'ppm', 'P6\n3 2\n255\n' + 'a'.repeat(18));
put('picture', 'pgm16', 'P5 # c\n3 2 65535\n' + 'ab'.repeat(6));
put('picture', 'pbm', 'P1\n3 2\n0 1 0 1 1 0\n');
put(
  'picture',
  'gif',
  Buffer.from(
    '47494638396102000200800000000000ffffff21f90401000000002c00000000020002000002034402053b',
    'hex',
  ),
);

const words = new Set();
for (const path of readdirSync(join(root, 'lib/lapis'), { recursive: true }))
  if (/\.(cpp|h)$/.test(path))
    for (const [, word] of readFileSync(join(root, 'lib/lapis', path), 'utf8').matchAll(
      /"([A-Za-z_][A-Za-z0-9_]{1,38})"/g,
    ))
      words.add(word);
const tokens = [
  'null',
  'true',
  '[',
  '{',
  '1e308',
  '-1',
  '16777216',
  '2147483648',
  '9223372036854775807',
  '\\\\u0000',
  '\\\\ud800',
];
const dictionary = [
  ...[...words].sort().map((word) => `"\\"${word}\\""`),
  ...tokens.map((token) => `"${token}"`),
].join('\n');
for (const target of ['json', 'config', 'model', 'archive', 'read_model', 'text', 'train_config'])
  writeFileSync(join(folder, `${target}.dict`), `${dictionary}\n`);
