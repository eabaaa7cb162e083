/** What an editor shows of each public name: its documentation, with an example that is typed right and runs. */
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:tls';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { transform } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { listen } from '../support/loopback.ts';
import { type ExampleWorld, type Finished, ROOT, startExampleWorld } from './example-world.ts';

interface PublicName {
  readonly name: string;
  /** `restaple/ocsp`. */
  readonly entry: string;
  readonly isType: boolean;
  /** The file that declares it. */
  readonly file: string;
}

const PACKAGE: { readonly exports: Readonly<Record<string, { readonly default: string }>> } = JSON.parse(
  readFileSync(join(ROOT, 'package.json'), 'utf8'),
);

/** Entry points by their specifiers, each with its file of the source. */
const ENTRIES: readonly (readonly [entry: string, file: string])[] = Object.entries(PACKAGE.exports).map(
  ([path, { default: built }]) => [
    join('restaple', path),
    built.replace('./dist/', 'src/').replace(/\.js$/, '.ts'),
  ],
);

const NAMES: readonly PublicName[] = ENTRIES.flatMap(([entry, file]) => {
  const lists = readFileSync(join(ROOT, file), 'utf8').matchAll(/export (type )?\{(.*?)\} from '(.*?)'/gs);
  return Array.from(lists).flatMap(([, isType, list = '', from = '']) =>
    Array.from(list.matchAll(/(type )?(\w+)/g), ([, isOneType, name = '']) => ({
      name,
      entry,
      isType: (isType ?? isOneType) !== undefined,
      file: join(dirname(file), from),
    })),
  );
});

/** The text of the comment that stands right above a declaration; `undefined` when none does. */
function docstringOf({ name, file }: PublicName): string | undefined {
  const source = readFileSync(join(ROOT, file), 'utf8');
  const declaration = new RegExp(
    `^export (?:abstract |async )*(?:function|class|const|interface|type) ${name}\\b`,
    'm',
  ).exec(source);
  const reexport = new RegExp(`^export (?:type )?\\{[^}]*\\b${name}\\b[^}]*\\} from '(.*?)'`, 'm').exec(
    source,
  );
  if (!declaration && reexport?.[1] !== undefined)
    return docstringOf({ name, file: join(dirname(file), reexport[1]), entry: '', isType: true });
  const above = source.slice(0, declaration?.index);
  const comment = /\/\*\*((?:(?!\*\/).)*)\*\/\n$/s.exec(above)?.[1];
  return comment?.replaceAll(/^ \* ?/gm, '');
}

const exampleOf = (name: PublicName): string | undefined =>
  /@example\n```ts\n(.*?)^```/ms.exec(docstringOf(name) ?? '')?.[1];

/** Before what an example says. */
const MARK = '--- ';

const VALUES = NAMES.filter(({ isType }) => !isType);
const TYPES = NAMES.filter(({ isType }) => isType);

describe.each(ENTRIES)('%s', (entry, file) => {
  it('exports the names that are looked for here', async () => {
    const names = VALUES.filter((one) => one.entry === entry).map(({ name }) => name);
    const exported: object = await import(join(ROOT, file));
    expect(names.toSorted()).toEqual(Object.keys(exported).toSorted());
  });
});

describe.each(TYPES)('the type $name of $entry', (one) => {
  it('has a docstring', () => {
    expect(docstringOf(one) ?? '').toMatch(/\w/);
  });
});

describe('the examples', () => {
  let typed: Finished;
  let said: ReadonlyMap<string, readonly string[]>;
  let ran: Finished;

  beforeAll(async () => {
    const world = await startExampleWorld();
    const server = createServer(world.site);
    try {
      const port = await listen(server);
      for (const one of VALUES) {
        const code = (exampleOf(one) ?? '').replace('listen(8443)', 'listen(0)').replace('8443', `${port}`);
        writeFileSync(join(world.dir, `${one.name}.ts`), code);
      }
      typed = await checkTypes(world);
      ran = await runAll(world);
      said = saidBy(ran.stdout);
    } finally {
      server.close();
      await world.close();
    }
  });

  it('are typed right', () => {
    expect(typed.stdout).toBe('');
    expect(typed.code).toBe(0);
  });

  it('run to their end', () => {
    expect(ran.stderr).toBe('');
    expect(ran.code).toBe(0);
  });

  it.each(VALUES)('of $name in $entry use it, and say what they say that they say', (one) => {
    const example = exampleOf(one) ?? '';
    const specifiers = Array.from(example.matchAll(/ from '(restaple.*?)'/g), ([, from]) => from);
    const homes = VALUES.filter(({ name }) => name === one.name).map(({ entry }) => entry);
    expect(homes).toEqual(expect.arrayContaining([specifiers.find((from) => homes.includes(from ?? ''))]));
    expect(example.replaceAll(/^import .*$/gm, '')).toMatch(new RegExp(`\\b${one.name}\\b`));
    const expected = Array.from(
      example.matchAll(/console\.log\(.*\); \/\/ (.+)$/gm),
      ([, line = '']) => line,
    );
    const lines = said.get(one.name) ?? [];
    expect(lines).not.toEqual([]);
    expect(lines).toEqual(expect.arrayContaining(expected));
  });
});

/** Against the source, whose types the package has; as a consumer with `strict` has it. */
async function checkTypes({ dir }: ExampleWorld): Promise<Finished> {
  const paths = Object.fromEntries(ENTRIES.map(([entry, file]) => [entry, [join(ROOT, file)]]));
  const compilerOptions = {
    target: 'es2023',
    module: 'nodenext',
    moduleDetection: 'force',
    types: ['node'],
    strict: true,
    noEmit: true,
    allowImportingTsExtensions: true,
    paths,
  };
  writeFileSync(join(dir, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  return promisify(execFile)(process.execPath, [tsc, '-p', dir]).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
  );
}

/** All in one process, one after the other. */
async function runAll(world: ExampleWorld): Promise<Finished> {
  const names = [...new Set(VALUES.map(({ name }) => name))];
  for (const name of names) {
    const { code } = await transform(readFileSync(join(world.dir, `${name}.ts`), 'utf8'), { loader: 'ts' });
    writeFileSync(join(world.dir, `${name}.mjs`), code);
  }
  const steps = names.map((name) => `console.log('${MARK}${name}');\nawait import('./${name}.mjs');\n`);
  writeFileSync(join(world.dir, 'all.mjs'), [...steps, 'process.exit();\n'].join(''));
  return world.run('all.mjs');
}

/** The lines of each example, by its name. */
function saidBy(stdout: string): ReadonlyMap<string, readonly string[]> {
  const parts = stdout.split(MARK).map((part) => part.trimEnd().split('\n'));
  return new Map(parts.map(([name = '', ...lines]) => [name, lines]));
}
