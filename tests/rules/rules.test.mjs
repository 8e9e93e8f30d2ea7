// Each rule holds for the repository, and each is shown to see a violation planted for it.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import * as rules from './rules.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = (command, ...args) =>
  execFileSync(command, args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28 });

/** Tracked files and new ones that git does not ignore. */
const paths = run('git', 'ls-files', '--cached', '--others', '--exclude-standard')
  .split('\n')
  .filter(Boolean);
const text_file = /\.(h|cpp|mjs|js|ts|css|html|json|md|txt|cmake|npmrc)$|(^|\/)(run|build|install)$/;
const files = paths
  .filter((path) => text_file.test(path) && existsSync(join(root, path)))
  .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));

function rule(name, check, planted) {
  test(`rule: ${name}`, () => {
    assert.deepEqual(check(files), []);
  });
  test(`rule sees a violation: ${name}`, () => {
    for (const [path, text] of planted) assert.notDeepEqual(check([{ path, text }]), [], `${path}: ${text}`);
  });
}

rule('core <- ops <- layers <- model <- {train, io}; input -> core', rules.layering, [
  ['lib/lapis/core/a.h', '#include "lapis/ops/backend.h"'],
  ['lib/lapis/ops/a.cpp', '  #  include <lapis/layers/layer.h>'],
  ['lib/lapis/layers/a.cpp', '#include "lapis/model/plan.h"'],
  ['lib/lapis/model/a.cpp', '#include "lapis/train/loss.h"'],
  ['lib/lapis/train/a.cpp', '#include "lapis/io/json.h"'],
  ['lib/lapis/input/a.cpp', '#include "lapis/ops/backend.h"'],
  ['lib/lapis/io/a.cpp', '#include "native/file.h"'],
  ['lib/lapis/misc/a.cpp', ''],
]);
rule('Eigen in ops/*.cpp, nlohmann in io/*.cpp, neither in a header', rules.third_parties, [
  ['lib/lapis/ops/a.h', '#include <Eigen/Core>'],
  ['lib/lapis/layers/a.cpp', '#include <Eigen/Core>'],
  ['lib/lapis/io/a.h', '#include <nlohmann/json_fwd.hpp>'],
  ['lib/lapis/model/a.cpp', '#include <nlohmann/json.hpp>'],
]);
rule('the library prints nothing, opens nothing, ends nothing, and is the same everywhere', rules.purity, [
  ['lib/lapis/core/a.cpp', '#include <iostream>'],
  ['lib/lapis/io/a.cpp', '#include <fstream>'],
  ['lib/lapis/core/a.cpp', 'void f() { std::cerr << 1; }'],
  ['lib/lapis/core/a.cpp', 'void f() { printf("%d", 1); }'],
  ['lib/lapis/core/a.cpp', 'void f() { std::abort(); }'],
  ['lib/lapis/core/a.cpp', 'void f() { exit(1); }'],
  ['lib/lapis/core/a.cpp', 'thread_local int a;'],
  ['lib/lapis/core/a.cpp', '#include <random>'],
  ['lib/lapis/core/a.cpp', 'std::normal_distribution<float> normal;'],
  ['lib/lapis/ops/a.h', '#ifdef __CUDACC__'],
  ['lib/lapis/ops/a.h', '#if defined(__EMSCRIPTEN__)'],
]);
rule('the page uses only the package', rules.page_uses_package, [
  ['web/src/a.ts', "import { loadModel } from '../../wasm/src/index.js';"],
  ['web/src/a.ts', "const m = await import('../../lib/x.js');"],
  ['web/src/a.ts', "import url from 'lapis/lapis-simd.wasm?url';"],
]);
rule('no path of one machine, no host in a lockfile', rules.machine_free, [
  ['README.md', 'run /home/somebody/build'],
  ['web/package-lock.json', '      "resolved": "https://example.org/a.tgz",'],
]);

test('comments and strings are not code', () => {
  const text = '// std::abort();\n/* exit(1); */ const char* s = "abort() \\" exit(1)";\n';
  assert.deepEqual(rules.purity([{ path: 'lib/lapis/core/a.cpp', text }]), []);
});

test('rule: no global variables in the library', (t) => {
  const library = join(root, 'build/native/lib/liblapis.a');
  if (!existsSync(library)) return t.skip('build/native is not there; run tests/run native rules');
  assert.deepEqual(rules.globals(run('objdump', '--syms', '--demangle', library)), []);
});

function in_folder(work) {
  const folder = mkdtempSync(join(tmpdir(), 'lapis-rules-'));
  try {
    work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('rule sees a violation: no global variables in the library', () => {
  in_folder((folder) => {
    const source = join(folder, 'a.cpp');
    writeFileSync(
      source,
      `struct A { virtual ~A(); const char* name; }; A::~A() {}
       static const char* const kNames[] = {"a", "b"}; const char* name(int i) { return kNames[i]; }
       int counter = 0; int next() { static int calls = 1; return ++calls + ++counter; }
       thread_local int mine = 3; int* where() { return &mine; }`,
    );
    const object = join(folder, 'a.o');
    run('g++', '-std=c++20', '-O2', '-fPIE', '-c', source, '-o', object);
    const found = rules.globals(run('objdump', '--syms', '--demangle', object));
    const names = found.map((line) => line.replace('a global variable: ', '')).sort();
    assert.deepEqual(names, ['counter', 'mine', 'next()::calls']);
  });
});

/** The version that formats as the repository is formatted: others differ in details. */
const formatter = ['clang-format-14', 'clang-format'].find((name) =>
  /version 14\./.test(spawnSync(name, ['--version'], { encoding: 'utf8' }).stdout ?? ''),
);

test('C++ is formatted (clang-format 14)', (t) => {
  if (!formatter) return t.skip('no clang-format 14 here; other versions format differently');
  const sources = paths.filter((path) => /\.(h|cpp)$/.test(path) && existsSync(join(root, path)));
  const { status, stderr } = spawnSync(formatter, ['--dry-run', '--Werror', ...sources], {
    cwd: root,
    encoding: 'utf8',
  });
  const wrong = new Set([...stderr.matchAll(/^([^:\n]+):\d+:\d+: error/gm)].map(([, path]) => path));
  assert.equal(status, 0, `run clang-format -i on: ${[...wrong].join(' ')}\n${stderr.slice(0, 500)}`);
});

/** Any version will do: the checks in .clang-tidy are old ones. */
const tidy = ['clang-tidy-19', 'clang-tidy'].find((name) => spawnSync(name, ['--version']).status === 0);
const run_tidy = (sources) =>
  spawnSync(
    'xargs',
    [
      '-P',
      String(availableParallelism()),
      '-I{}',
      'sh',
      '-c',
      `${tidy} --quiet --config-file=.clang-tidy {} -- -x c++ -std=c++20 -Ilib -isystem /usr/include/eigen3`,
    ],
    { cwd: root, encoding: 'utf8', input: sources.join('\n'), maxBuffer: 1 << 28 },
  );

test('clang-tidy finds nothing in lib', { skip: !tidy && 'no clang-tidy here' }, () => {
  const sources = paths.filter((path) => /^lib\/.*\.cpp$/.test(path) && existsSync(join(root, path)));
  const { status, stdout } = run_tidy(sources);
  assert.equal(status, 0, stdout.slice(0, 4000));
});

test('clang-tidy sees a violation', { skip: !tidy && 'no clang-tidy here' }, () => {
  in_folder((folder) => {
    writeFileSync(
      join(folder, 'a.cpp'),
      'class Thing { int count = 0; public: int TheCount() { return count; } };\n',
    );
    const { status, stdout } = run_tidy([join(folder, 'a.cpp')]);
    assert.notEqual(status, 0);
    assert.match(stdout, /'count'[^]*'TheCount'/);
  });
});

test('shell scripts parse', () => {
  for (const script of [
    'tests/run',
    'tests/install',
    'tests/bench/run',
    'tests/bench/install',
    'wasm/build',
    'web/run',
    '.ci/run',
  ])
    assert.equal(spawnSync('bash', ['-n', script], { cwd: root }).status, 0, script);
});
