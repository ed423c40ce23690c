/**
 * Makes `dist` of the compiled module: smaller by wasm-opt, and as text in a JavaScript module.
 *
 *   node build.mjs MODULE.wasm
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const small = here('dist/tacit_verifier.wasm');

mkdirSync(here('dist'), { recursive: true });
const features = ['--enable-bulk-memory', '--enable-sign-ext', '--enable-mutable-globals', '--enable-nontrapping-float-to-int', '--enable-multivalue', '--enable-reference-types'];
execFileSync(process.execPath, [
  here('node_modules/binaryen/bin/wasm-opt'), process.argv[2], '-o', small, '-Oz', ...features,
  '--strip-debug', '--strip-producers', '--strip-target-features',
], { stdio: 'inherit' });

const bytes = readFileSync(small);
const module = new WebAssembly.Module(bytes);
const imports = WebAssembly.Module.imports(module);
if (imports.length !== 0) throw new Error(`the module imports ${JSON.stringify(imports)}; it must import nothing`);
writeFileSync(here('dist/module.js'), `export default '${bytes.toString('base64')}';\n`);
console.log(`${bytes.length} bytes`);
