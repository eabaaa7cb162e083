/** The layout of src/: who may import whom, and who may touch the world. The map is in CONTRIBUTING.md. */
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';

/** From the one that knows nothing to the one that knows all: a file imports only from its own folder and those before it. */
const FOLDERS: readonly string[] = [
  'der',
  'x509',
  'ocsp',
  'http',
  'issuer',
  'subject',
  'crl',
  'staple',
  'store',
  'probe',
  'servers',
  'keeper',
  'tls',
  'relay',
  'responder',
  'config',
  'doctor',
  'simulation',
  'demo',
  'cli',
];

/** Bytes in, verdict out: what these do depends on their arguments alone. */
const PURE: readonly string[] = ['der', 'x509', 'ocsp'];

/** Who speaks with the network, as a client or as a server. */
const NETWORKED: ReadonlySet<string | undefined> = new Set([
  'http',
  'probe',
  'servers',
  'keeper',
  'tls',
  'relay',
  'responder',
  'demo',
]);
const NETWORK_MODULES: ReadonlySet<string> = new Set(
  ['http', 'https', 'http2', 'net', 'tls', 'dns', 'dns/promises', 'dgram'].map((module) => `node:${module}`),
);

/** The clock, chance, the network and the process, as code reaches for them without an import. */
const WORLD =
  /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bperformance\b|\bprocess\b|\bfetch\(|\bset(?:Timeout|Interval|Immediate)\b|\bconsole\b|\brandom(?:Bytes|UUID|Int|FillSync)\b/g;

/** A source file of the project; `path` is below src/, such as `ocsp/rules.ts`. */
interface Source {
  readonly path: string;
  readonly text: string;
}

/** The folder that a path below src/ lies in; `undefined` for a file of src/ itself. */
function folderOf(path: string): string | undefined {
  const [first = '', ...rest] = path.split('/');
  return rest.length === 0 ? undefined : first;
}

const withoutComments = (text: string): string => text.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');

/** One import; `loads` when it is done as the file is loaded: not for types alone, and not when it is called for. */
interface Import {
  readonly target: string;
  readonly loads: boolean;
}

/** What a file imports, also only when it is called: paths below src/, or names of modules. */
function importsOf({ path, text }: Source): Import[] {
  const found = withoutComments(text).matchAll(
    /^(?:import|export)\b( type\b)?[^;']*?from '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm,
  );
  return [...found].map(([, type, from, bare, dynamic]) => {
    const target = from ?? bare ?? dynamic ?? '';
    return {
      target: target.startsWith('.') ? normalize(join(dirname(path), target)) : target,
      loads: type === undefined && dynamic === undefined,
    };
  });
}

/** One line for each thing that a file does and may not. */
function violationsOf(source: Source): string[] {
  const folder = folderOf(source.path);
  const place = FOLDERS.indexOf(folder ?? '');
  if (folder !== undefined && place === -1) return [`${source.path} lies in a folder that has no place`];
  if (source.path === 'index.ts') return [];
  const wrong: string[] = [];
  for (const { target } of importsOf(source)) {
    if (!target.endsWith('.ts')) {
      if (NETWORK_MODULES.has(target) && !NETWORKED.has(folder))
        wrong.push(`${source.path} reaches for the network: ${target}`);
      if ((folder === undefined || PURE.includes(folder)) && target !== 'node:crypto')
        wrong.push(`${source.path} is pure and imports ${target}`);
      continue;
    }
    const other = folderOf(target);
    const isAbove = other === undefined ? target !== 'index.ts' : FOLDERS.indexOf(other) <= place;
    if (!isAbove) wrong.push(`${source.path} imports ${target}, which stands below it`);
  }
  if (folder !== undefined && PURE.includes(folder)) {
    for (const [reached] of withoutComments(source.text).matchAll(WORLD))
      wrong.push(`${source.path} is pure and uses ${reached}`);
  }
  return wrong;
}

/** The first way to come back to where one started, as the files on it. */
function cycleIn(sources: readonly Source[], counts: (one: Import) => boolean): string[] | undefined {
  const graph = new Map(
    sources.map((source) => [
      source.path,
      importsOf(source)
        .filter(counts)
        .map(({ target }) => target),
    ]),
  );
  const done = new Set<string>();
  const walk = (path: string, way: readonly string[]): string[] | undefined => {
    const at = way.indexOf(path);
    if (at !== -1) return [...way.slice(at), path];
    if (done.has(path)) return undefined;
    for (const next of graph.get(path) ?? []) {
      const cycle = walk(next, [...way, path]);
      if (cycle) return cycle;
    }
    done.add(path);
    return undefined;
  };
  for (const path of graph.keys()) {
    const cycle = walk(path, []);
    if (cycle) return cycle;
  }
  return undefined;
}

const root = join(import.meta.dirname, '../src');
const SOURCES: readonly Source[] = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.tsx?$/.test(path))
  .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));

describe('the source', () => {
  it('is there', () => {
    for (const folder of PURE) expect(SOURCES.map(({ path }) => folderOf(path))).toContain(folder);
    expect(SOURCES.flatMap(importsOf).map(({ target }) => target)).toContain('der/reader.ts');
  });

  it('imports only from above, touches the network only where that is the task, and is pure in the middle', () => {
    expect(SOURCES.flatMap(violationsOf)).toEqual([]);
  });

  it('imports only what is there', () => {
    const known = new Set(SOURCES.map(({ path }) => path));
    const missing = SOURCES.flatMap((source) =>
      importsOf(source).filter(({ target }) => target.endsWith('.ts') && !known.has(target)),
    );
    expect(missing).toEqual([]);
  });

  it('goes round in no circle as it is loaded', () => {
    expect(cycleIn(SOURCES, ({ loads }) => loads)).toBeUndefined();
  });

  it('goes round in no circle at all, but for the verbs and their commands', () => {
    const library = SOURCES.filter(({ path }) => folderOf(path) !== 'cli');
    expect(cycleIn(library, () => true)).toBeUndefined();
  });
});

describe('this test', () => {
  it.each([
    ['der/a.ts', `import { b } from '../x509/b.ts';`, 'der/a.ts imports x509/b.ts, which stands below it'],
    [
      'ocsp/a.ts',
      `export type { B } from '../http/b.ts';`,
      'ocsp/a.ts imports http/b.ts, which stands below it',
    ],
    [
      'ocsp/a.ts',
      `import {\n  type B,\n} from '../cli/x/b.ts';`,
      'ocsp/a.ts imports cli/x/b.ts, which stands below it',
    ],
    [
      'http/a.ts',
      `const b = await import('../cli/b.ts');`,
      'http/a.ts imports cli/b.ts, which stands below it',
    ],
    ['http/a.ts', `import { a } from '../index.ts';`, 'http/a.ts imports index.ts, which stands below it'],
    ['text.ts', `import { b } from './der/b.ts';`, 'text.ts imports der/b.ts, which stands below it'],
    ['text.ts', `import { readFileSync } from 'node:fs';`, 'text.ts is pure and imports node:fs'],
    ['x509/a.ts', `import 'pkijs';`, 'x509/a.ts is pure and imports pkijs'],
    ['ocsp/a.ts', `import { request } from 'node:http';`, 'ocsp/a.ts reaches for the network: node:http'],
    ['store/a.ts', `import { connect } from 'node:net';`, 'store/a.ts reaches for the network: node:net'],
    ['ocsp/a.ts', `const now = new Date();`, 'ocsp/a.ts is pure and uses new Date()'],
    ['x509/a.ts', `if (Date.now() > end) return;`, 'x509/a.ts is pure and uses Date.now'],
    ['der/a.ts', `const n = Math.random();`, 'der/a.ts is pure and uses Math.random'],
    ['shiny/a.ts', '', 'shiny/a.ts lies in a folder that has no place'],
  ])('sees through %s: %s', (path, text, line) => {
    expect(violationsOf({ path, text })).toContain(line);
  });

  it.each([
    ['ocsp/a.ts', `import { b } from '../x509/b.ts';\nimport { c } from './deep/c.ts';`],
    ['ocsp/deep/a.ts', `import { b } from '../../errors.ts';\nimport { createHash } from 'node:crypto';`],
    ['http/a.ts', `import { request } from 'node:http';\nconst now = new Date();`],
    [
      'ocsp/a.ts',
      `/** @example verify(der, { now: new Date() }) */\nconst at = new Date(0);\n// Date.now() is not here`,
    ],
    ['index.ts', `export { main } from './cli/main.ts';`],
  ])('has nothing against %s: %s', (path, text) => {
    expect(violationsOf({ path, text })).toEqual([]);
  });

  it('finds a circle, also of types', () => {
    const sources = [
      { path: 'a.ts', text: `import { b } from './der/b.ts';` },
      { path: 'der/b.ts', text: `import type { C } from './c.ts';` },
      { path: 'der/c.ts', text: `import { b } from './b.ts';` },
    ];
    expect(cycleIn(sources, () => true)).toEqual(['der/b.ts', 'der/c.ts', 'der/b.ts']);
    expect(cycleIn(sources, ({ loads }) => loads)).toBeUndefined();
    expect(cycleIn(sources.slice(0, 2), () => true)).toBeUndefined();
  });
});
