/**
 * Runs all vectors in headless Chromium: the package's own files, served as they are, without a bundler.
 *
 *   node test/browser.mjs [PATH OF CHROMIUM]
 */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname } from 'node:path';
import { chromium } from 'playwright-core';

const root = new URL('../', import.meta.url);
const TYPES = { '.js': 'text/javascript', '.json': 'application/json', '.html': 'text/html' };
const PAGE = '<!doctype html><title>vectors</title>';

const server = createServer(async ({ url }, reply) => {
  try {
    const body = url === '/' ? PAGE : await readFile(url === '/vectors.json' ? new URL('../tests/vectors/verifier.json', root) : new URL(`.${url}`, root));
    reply.writeHead(200, {
      'content-type': TYPES[extname(url)] ?? 'text/html',
      // As strict as a page can be that runs WebAssembly.
      'content-security-policy': "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'",
    });
    reply.end(body);
  } catch {
    reply.writeHead(404).end();
  }
});
await new Promise((done) => server.listen(0, '127.0.0.1', done));

const browser = await chromium.launch({
  executablePath: process.argv[2] ?? '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
try {
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  const results = await page.evaluate(async () => {
    const { run } = await import('/test/vectors.js');
    const file = await (await fetch('/vectors.json')).json();
    const results = [];
    for (const item of file.cases) {
      const [code, answer] = await run(file, item);
      results.push({ name: item.name, code, expect: item.expect, answer: answer ?? null, expected: item.answer ?? null });
    }
    return results;
  });
  assert.ok(results.length > 100);
  for (const { name, code, expect, answer, expected } of results) {
    assert.equal(code, expect, name);
    if (code === 'ok') assert.deepEqual(answer, expected, name);
  }
  console.log(`${browser.version()}: ${results.length} passed, 0 failed`);
} finally {
  await browser.close();
  server.close();
}
