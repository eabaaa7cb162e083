/**
 * `npm run bench [-- NAME...]`: bundles bench/main.ts and what it needs, since Node 20 does not read TypeScript, and runs
 * it. The library that is measured is the built one: what a bench imports of src/ocsp/index.ts is `restaple/ocsp`, as
 * the package exports it. So the bundle lies inside the package, and goes when the run ends.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const ROOT = resolve(import.meta.dirname, '..');
const LIBRARY = join(ROOT, 'src/ocsp/index.ts');

const builtLibrary = {
  name: 'built-library',
  setup({ onResolve }) {
    onResolve({ filter: /\/ocsp\/index\.ts$/ }, ({ path, resolveDir }) =>
      resolve(resolveDir, path) === LIBRARY ? { path: 'restaple/ocsp', external: true } : undefined,
    );
  },
};

const cache = join(ROOT, '.cache');
mkdirSync(cache, { recursive: true });
const outdir = mkdtempSync(join(cache, 'bench-'));
process.on('exit', () => rmSync(outdir, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));

await build({
  absWorkingDir: ROOT,
  entryPoints: [
    'bench/main.ts',
    'bench/responder.ts',
    'bench/tls-server.ts',
    'bench/relay-bare.ts',
    'bench/relay-memory.ts',
    'bench/bulk/responder.ts',
    'bench/bulk/npm-peer.ts',
    'bench/bulk/floor.ts',
  ],
  outdir,
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  packages: 'external',
  logLevel: 'warning',
  plugins: [builtLibrary],
});
const { main } = await import(pathToFileURL(join(outdir, 'main.js')).href);
await main(process.argv.slice(2));
