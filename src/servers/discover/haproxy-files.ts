/** Which files HAProxy is started with: `-f` may be given several times, and name a directory. */
import { join } from 'node:path';
import type { Tree } from './tree.ts';
import { wordsOf } from './words.ts';

const FILE = '/etc/haproxy/haproxy.cfg';
/** What the units of Debian and of Fedora set the variables of their command from. */
const ENVIRONMENTS = ['/etc/default/haproxy', '/etc/sysconfig/haproxy'];
/** Fedora's unit gives it; on other systems it is no more than a custom. */
const DIRECTORY = '/etc/haproxy/conf.d';

/** In their order; the first is the main one. */
export function haproxyFiles(tree: Tree): readonly string[] {
  const variables = new Map<string, string>();
  for (const line of ENVIRONMENTS.flatMap((file) => (tree.text(file) ?? '').split('\n'))) {
    const [, name, value = ''] = /^\s*(CONFIG|CFGDIR|EXTRAOPTS|OPTIONS)=(.*)$/.exec(line.trimEnd()) ?? [];
    if (name !== undefined) variables.set(name, wordsOf(value)?.join(' ') ?? '');
  }
  const options = `${variables.get('EXTRAOPTS') ?? ''} ${variables.get('OPTIONS') ?? ''}`.split(/\s+/);
  const more = options.flatMap((word, i) => (options[i - 1] === '-f' ? [word] : []));
  const named = [variables.get('CONFIG') ?? FILE, ...more, variables.get('CFGDIR') ?? DIRECTORY];
  const files = named.flatMap((path) => (tree.isDirectory(path) ? filesIn(tree, path) : [path]));
  return [...new Set(files)].filter((file) => tree.exists(file));
}

/** As HAProxy takes them out of a directory. */
const filesIn = (tree: Tree, directory: string): readonly string[] =>
  tree
    .names(directory)
    .filter((name) => name.endsWith('.cfg') && !name.startsWith('.'))
    .map((name) => join(directory, name));
