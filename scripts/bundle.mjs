/**
 * Bundles the command. Every module that Node has to find, read and compile costs a cold start; bundled, a verb is one
 * or two files. Verbs stay apart (`splitting`), so that each loads only what it needs.
 */
import { rm } from 'node:fs/promises';
import { build } from 'esbuild';

await rm('dist/bin', { recursive: true, force: true });
await build({
  entryPoints: { restaple: 'src/cli/bin.ts' },
  outdir: 'dist/bin',
  bundle: true,
  splitting: true,
  minifySyntax: true,
  minifyWhitespace: true,
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  legalComments: 'none',
  chunkNames: 'chunks/[name]-[hash]',
  // Dependencies written as CommonJS ask for node's own modules by require().
  banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
});
