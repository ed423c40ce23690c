/** Prints what the package and its module weigh, a name and bytes a line; `node sizes.mjs C_LIBRARY` adds that. */
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const module = readFileSync(new URL('dist/tacit_verifier.wasm', import.meta.url));
const brotli = brotliCompressSync(module, {
  params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24, [constants.BROTLI_PARAM_SIZE_HINT]: module.length },
});
const packed = execFileSync('npm', ['pack', '--dry-run', '--json'], { cwd: new URL('.', import.meta.url) });
const [{ size }] = JSON.parse(packed);
const sizes = {
  verifier_wasm: module.length,
  verifier_wasm_gzip: gzipSync(module, { level: 9 }).length,
  verifier_wasm_brotli: brotli.length,
  npm_tarball: size,
};
if (process.argv[2]) sizes.c_library = statSync(process.argv[2]).size;
for (const [name, bytes] of Object.entries(sizes)) console.log(`${name} ${bytes}`);
