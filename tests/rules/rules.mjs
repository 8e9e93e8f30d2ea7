// The dependency rules of the library, as functions from a list of files to a list of violations.
// A file is { path, text }, its path relative to the repository's root, with forward slashes.

/** What each folder of lib/lapis may include. */
const allowed = {
  core: ['core'],
  ops: ['core', 'ops'],
  layers: ['core', 'ops', 'layers'],
  model: ['core', 'ops', 'layers', 'model'],
  input: ['core', 'input'],
  train: ['core', 'ops', 'layers', 'model', 'train'],
  io: ['core', 'ops', 'layers', 'model', 'input', 'train', 'io'],
};

/** A C++ text without comments and without what stands in string literals; lines stay where they are. */
export function without_comments(text) {
  const parts = /\/\/[^\n]*|\/\*[^]*?\*\/|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)+'/g;
  return text.replace(parts, (part, offset) => {
    if (part.startsWith('/')) return part.replace(/[^\n]/g, ' ');
    const line = text.slice(text.lastIndexOf('\n', offset) + 1, offset);
    if (part.startsWith("'") || /^\s*#\s*include/.test(line)) return part;
    return '""';
  });
}

/** Calls `found(line_number, match)` for every match of `pattern` in a file's code. */
function each_match(file, pattern, found) {
  without_comments(file.text)
    .split('\n')
    .forEach((line, i) => {
      for (const match of line.matchAll(pattern)) found(i + 1, match);
    });
}

const lib_files = (files) => files.filter(({ path }) => /^lib\/lapis\/.*\.(h|cpp)$/.test(path));
const include = /^\s*#\s*include\s*[<"]([^>"]+)[>"]/g;

/** core <- ops <- layers <- model <- {train, io}; input -> core only; lib includes nothing of the other folders. */
export function layering(files) {
  const violations = [];
  for (const file of lib_files(files)) {
    const folder = file.path.split('/')[2];
    if (folder === 'lapis.h') continue;
    if (!allowed[folder])
      violations.push(`${file.path}: folder "${folder}" has no place in the order of folders`);
    each_match(file, include, (line, [, header]) => {
      if (/^(native|wasm|web|tests)\//.test(header) || header.startsWith('.'))
        violations.push(`${file.path}:${line}: the library may not include ${header}`);
      const other = /^lapis\/([^/]+)\//.exec(header)?.[1];
      if (other && !allowed[folder]?.includes(other))
        violations.push(`${file.path}:${line}: ${folder} may not include ${header}`);
    });
  }
  return violations;
}

/** Eigen only in ops/*.cpp, nlohmann only in io/*.cpp; neither in a header. */
export function third_parties(files) {
  const violations = [];
  for (const file of lib_files(files)) {
    each_match(file, include, (line, [, header]) => {
      if (/^(unsupported\/)?Eigen\//.test(header) && !/^lib\/lapis\/ops\/[^/]+\.cpp$/.test(file.path))
        violations.push(`${file.path}:${line}: Eigen belongs in lib/lapis/ops/*.cpp only`);
      if (/^nlohmann\//.test(header) && !/^lib\/lapis\/io\/[^/]+\.cpp$/.test(file.path))
        violations.push(`${file.path}:${line}: nlohmann belongs in lib/lapis/io/*.cpp only`);
    });
  }
  return violations;
}

const forbidden_headers =
  /^(iostream|fstream|sstream|stdio\.h|print|filesystem|random|unistd\.h|fcntl\.h|sys\/.*)$/;
const forbidden_words = [
  [
    /\bstd::(cout|cerr|clog|cin)\b|\b(stdout|stderr)\b|\b(printf|fprintf|puts|fputs|putchar|perror)\s*\(/g,
    'prints',
  ],
  [/\b(fopen|freopen|ifstream|ofstream|fstream|getenv)\b/g, 'reaches outside the program'],
  [/\b(?:std::)?(exit|_Exit|quick_exit|abort|terminate)\s*\(/g, 'ends the program'],
  [/\bassert\s*\(/g, 'ends the program when built without NDEBUG'],
  [/\bthread_local\b/g, 'has thread_local state'],
  [
    /\b(rand|srand|random_device|mt19937(?:_64)?|\w+_distribution)\b/g,
    'draws numbers that differ between machines',
  ],
  [
    /^\s*#.*\b(__CUDACC__|__CUDA_ARCH__|CUDA\w*|__EMSCRIPTEN__|EMSCRIPTEN\w*|__wasm\w*)\b/g,
    'asks where it runs',
  ],
];

/** No printing, no files, no exit, no thread_local, no <random>, no #if on CUDA or Emscripten. */
export function purity(files) {
  const violations = [];
  for (const file of lib_files(files)) {
    each_match(file, include, (line, [, header]) => {
      if (forbidden_headers.test(header))
        violations.push(`${file.path}:${line}: the library may not include <${header}>`);
    });
    for (const [pattern, what] of forbidden_words)
      each_match(file, pattern, (line, [text]) => {
        violations.push(`${file.path}:${line}: the library ${what}: ${text.trim()}`);
      });
  }
  return violations;
}

/** The page reaches the library only through the package. */
export function page_uses_package(files) {
  const violations = [];
  const imports = /(?:\bfrom|\bimport)\s*\(?\s*['"]([^'"]+)['"]/g;
  for (const file of files.filter(({ path }) => /^web\/src\/.*\.(ts|css|html)$/.test(path)))
    file.text.split('\n').forEach((line, i) => {
      for (const [, target] of line.matchAll(imports)) {
        if (/^(\.\.\/)+(lib|wasm|native|tests)\b/.test(target) || /\.wasm\b/.test(target))
          violations.push(
            `${file.path}:${i + 1}: the page imports ${target}; it may only use the package "lapis"`,
          );
      }
    });
  return violations;
}

/** Nothing that only holds on one machine: absolute paths, package hosts in lockfiles. */
export function machine_free(files) {
  const violations = [];
  for (const { path, text } of files) {
    if (path.startsWith('tests/rules/')) continue;
    text.split('\n').forEach((line, i) => {
      if (/(^|[\s"'=(:])\/(work|home|root|Users)\/\w/.test(line))
        violations.push(`${path}:${i + 1}: a path of one machine: ${line.trim().slice(0, 80)}`);
      if (/package-lock\.json$/.test(path) && /"resolved": "http/.test(line))
        violations.push(
          `${path}:${i + 1}: a lockfile that names a host; .npmrc has omit-lockfile-registry-resolved`,
        );
    });
  }
  return violations;
}

/**
 * Writable variables with static storage in the library's object code, from `objdump --syms --demangle` of the library:
 * what no reading of the sources could find as surely.
 */
export function globals(symbol_table) {
  const writable = /^[0-9a-f]+ .{7} \.(bss|data|tbss|tdata)(?!\.rel\.ro)\S*\t[0-9a-f]+ +(.+)$/;
  const violations = [];
  for (const line of symbol_table.split('\n')) {
    const [, section, name] = writable.exec(line) ?? [];
    if (name && name !== `.${section}` && !name.startsWith('.'))
      violations.push(`a global variable: ${name}`);
  }
  return violations;
}
