// The short form of mutated_files.mjs, which has an option for more.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from './mutated_files.mjs';

test('600 damaged files through all three builds: only LapisErrors, and other models answer as before', async (t) => {
  const { files, loaded, refused, slowest, findings } = await run({ count: 600, seed: 12 });
  t.diagnostic(`${files} files: ${loaded} loaded, ${refused} refused, slowest ${slowest} s`);
  assert.deepEqual(findings, []);
  assert.equal(loaded + refused, 600);
  // Neither so damaged that nothing loads, nor so little that everything does.
  assert.ok(loaded > 30 && refused > 200, `${loaded} loaded, ${refused} refused`);
});
