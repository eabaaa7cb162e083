/** `status` is asked in loops and by monitors: it loads what it needs to ask a socket and to print, and no more. */
import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, it } from 'vitest';

it.each(['status', 'refresh'])('%s loads neither http nor zod nor pino', async (verb) => {
  const { metafile } = await build({
    entryPoints: [join(import.meta.dirname, `../../src/cli/commands/${verb}.ts`)],
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    outdir: 'nowhere',
  });
  const outside = Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
  const allowed = new Set([
    'node:crypto',
    'node:fs',
    'node:fs/promises',
    'node:net',
    'node:path',
    'node:util',
  ]);
  expect(outside.filter((path) => !allowed.has(path))).toEqual([]);
  expect(outside).toContain('node:net');
});
