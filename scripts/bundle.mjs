/**
 * Bundles the command into `dist/bin`: one file for the command line, one for each module that is imported when it is
 * called. Every module that Node has to find, read and compile costs a cold start, and so does every line that a verb
 * does not need. CommonJS, because Node's loader for ES modules takes 5 ms to get going where the whole of
 * `node -e 0` takes 21.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { build } from 'esbuild';

const SHARED = {
  outdir: 'dist/bin',
  outExtension: { '.js': '.cjs' },
  bundle: true,
  minify: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20.19',
  legalComments: 'none',
  // `import()` becomes `require()`.
  supported: { 'dynamic-import': false },
  packages: 'external',
  // Where a program finds what lies beside it.
  define: { 'import.meta.dirname': '__dirname' },
};

/** Collects what is imported when called, to be bundled apart. */
function apart(found) {
  return {
    name: 'apart',
    setup({ onResolve }) {
      onResolve({ filter: /^\.{1,2}\/.*\.ts$/ }, ({ kind, path, resolveDir }) => {
        if (kind !== 'dynamic-import') return undefined;
        found.add(resolve(resolveDir, path));
        return { path: `./${basename(path, '.ts')}.cjs`, external: true };
      });
    },
  };
}

/** Loads node:crypto at its first use, not at the start: it takes 4 ms, and many an answer is found without it. */
const lazyCrypto = {
  name: 'lazy-crypto',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:crypto$/ }, ({ namespace }) =>
      namespace === 'lazy'
        ? { path: 'node:crypto', external: true }
        : { path: 'node:crypto', namespace: 'lazy' },
    );
    onLoad({ filter: /.*/, namespace: 'lazy' }, () => ({
      contents: `let crypto; module.exports = {${importedFromCrypto()
        .map((name) => `get ${name}() { return (crypto ??= require('node:crypto')).${name}; }`)
        .join(',')}};`,
    }));
  },
};

/** The names that src takes from node:crypto: a getter for each of its hundred would cost as much as it saves. */
function importedFromCrypto() {
  const names = new Set();
  for (const file of readdirSync('src', { recursive: true }).filter((path) => path.endsWith('.ts'))) {
    for (const [, list] of readFileSync(`src/${file}`, 'utf8').matchAll(
      /import \{([^}]*)\} from 'node:crypto'/g,
    )) {
      for (const name of list.split(',')) if (!/^\s*(type\b|$)/.test(name)) names.add(name.trim());
    }
  }
  return [...names];
}

await rm('dist/bin', { recursive: true, force: true });
await mkdir('dist/bin', { recursive: true });

const entries = new Map([
  ['restaple', resolve('src/cli/bin.ts')],
  ['restaple-h2o', resolve('src/cli/h2o-bin.ts')],
  // Started as a thread, and so imported by nobody.
  ['bulk-worker', resolve('src/cli/fetch/bulk-worker.ts')],
]);
const bundled = new Set();
while (bundled.size < entries.size) {
  for (const [name, path] of entries) {
    if (bundled.has(name)) continue;
    bundled.add(name);
    const found = new Set();
    await build({ ...SHARED, entryPoints: { [name]: path }, plugins: [apart(found), lazyCrypto] });
    for (const module of found) {
      const its = basename(module, '.ts');
      if ((entries.get(its) ?? module) !== module) throw new Error(`two modules of the name ${its}`);
      entries.set(its, module);
    }
  }
}
