/** yaml and zod cost as much time to load as the rest of the command: nobody loads them who reads no config. */
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const SRC = fileURLToPath(new URL('../../src/', import.meta.url));
/** Those that are loaded, with what imports them; types cost nothing. */
const IMPORT = /^(?:import|export)\b(?! type\b)[^;']*?from '([^']+)'/gm;

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));
const importsOf = (path: string): string[] =>
  Array.from(readFileSync(join(SRC, path), 'utf8').matchAll(IMPORT), ([, target = '']) => target);

describe('yaml and zod', () => {
  it('are imported in src/config alone, and where the configuration of h2o is read, which is YAML', () => {
    const importers = files.filter((path) => importsOf(path).some((one) => one === 'yaml' || one === 'zod'));
    expect(importers.length).toBeGreaterThan(2);
    expect(importers.filter((path) => !path.startsWith('config/'))).toEqual(['servers/discover/h2o.ts']);
  });

  it('are loaded with the first file, not with what loads it or makes a config without one', () => {
    const reached = new Set(['config/load-config.ts', 'config/build-config.ts']);
    const modules = new Set<string>();
    for (const path of reached)
      for (const target of importsOf(path)) {
        if (target.startsWith('.')) reached.add(join(path, '..', target));
        else modules.add(target);
      }
    expect([...modules].filter((one) => !one.startsWith('node:'))).toEqual([]);
    expect([...reached]).toContain('errors.ts');
    expect([...reached]).not.toContain('config/schema.ts');
  });
});
