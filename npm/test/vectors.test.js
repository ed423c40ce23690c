import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { run } from './vectors.js';

const file = JSON.parse(readFileSync(new URL('../../tests/vectors/verifier.json', import.meta.url)));
assert.ok(file.cases.length > 100);

for (const item of file.cases) {
  test(item.name, async () => {
    const [code, answer] = await run(file, item);
    assert.equal(code, item.expect);
    if (code === 'ok') assert.deepEqual(answer ?? null, item.answer ?? null);
  });
}
