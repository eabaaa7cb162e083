/** Programs that run this tree's code in a process of their own: Node 20 cannot run TypeScript, so they are bundled. */
import { resolve } from 'node:path';
import { build } from 'esbuild';

/** Bundles `source`, the text of a module that imports as a file of this folder would, into `outfile` (`….mjs`). */
export async function bundleChild(source: string, outfile: string): Promise<void> {
  await build({
    stdin: { contents: source, resolveDir: resolve(import.meta.dirname), loader: 'ts' },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    logLevel: 'warning',
  });
}
