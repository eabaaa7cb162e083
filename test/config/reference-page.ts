/** `docs/reference/config.md` and the schema as data, to be held against each other. */
import { readFileSync } from 'node:fs';
import { configJsonSchema } from '../../src/config/json-schema.ts';

export const PAGE: string = readFileSync(new URL('../../docs/reference/config.md', import.meta.url), 'utf8');

/** Every YAML that the page shows. */
export const EXAMPLES: readonly string[] = Array.from(
  PAGE.matchAll(/^```yaml\n(.*?)^```$/gms),
  ([, text = '']) => text,
);

export interface Key {
  readonly key: string;
  readonly description: string;
  /** What stands for it when it is absent. */
  readonly shown: unknown;
  readonly sample: unknown;
}

export interface Section {
  /** The heading of the page. */
  readonly name: string;
  /** A config with this line in the section, and what else the section needs. */
  readonly place: (line: string) => string;
  readonly keys: readonly Key[];
}

interface Schema {
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

const top: Schema = configJsonSchema();
const inner = (key: string): Schema => top.properties?.[key] ?? {};

function keysOf({ properties = {} }: Schema): readonly Key[] {
  return Object.entries(properties).map(([key, { description = '', default: shown, examples = [] }]) => ({
    key,
    description,
    shown,
    sample: examples[0],
  }));
}

/** Those of a certificate need files, but for the line that names them; what needs another key has it. */
function certificate(line: string): string {
  const needed = line.startsWith('files:') ? [] : ['files: a.pem'];
  if (line === 'allow-no-next-update: true') needed.push('max-age: 7d');
  const entries = `certificates: [{${[...needed, line].filter((one) => one !== '').join(', ')}}]`;
  return line.startsWith('server:') ? `${entries}\nservers: [{type: nginx, dir: a}]` : entries;
}

/** Those of a server need its type, and what that type needs. */
function server(line: string): string {
  const needed = [];
  if (!line.startsWith('type:')) needed.push(line.startsWith('socket:') ? 'type: haproxy' : 'type: nginx');
  if (!/^(?:dir|socket):/.test(line)) needed.push('dir: a');
  return `servers: [{${[...needed, line].filter((one) => one !== '').join(', ')}}]`;
}

/** Those of a responder need one to be about, and something to say. */
function responder(line: string): string {
  const needed = [];
  if (!/^(?:url|issuer):/.test(line)) needed.push('url: http://a.test');
  if (!line.startsWith('disable: true'))
    needed.push(line.startsWith('use:') ? 'header: {A: b}' : 'use: http://b.test');
  return `responders: [{${[...needed, line].filter((one) => one !== '').join(', ')}}]`;
}

const plain = (key: string): Section => ({
  name: `\`${key}\``,
  place: (line) => `${key}: {${line}}`,
  keys: keysOf(inner(key)),
});

export const SECTIONS: readonly Section[] = [
  { name: 'The top level', place: (line) => (line === '' ? '{}' : line), keys: keysOf(top) },
  { name: '`certificates`', place: certificate, keys: keysOf(inner('certificates').items ?? {}) },
  { name: '`servers`', place: server, keys: keysOf(inner('servers').items ?? {}) },
  { name: '`responders`', place: responder, keys: keysOf(inner('responders').items ?? {}) },
  plain('relay'),
  plain('policy'),
  plain('log'),
  plain('hooks'),
];

/** As the page writes it: without quotes where none are needed. */
export function yamlOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(yamlOf).join(', ')}]`;
  if (typeof value !== 'object' || value === null) {
    const text = String(value);
    return typeof value === 'string' && /[,:] |^$/.test(text) ? `"${text}"` : text;
  }
  return `{${Object.entries(value)
    .map(([key, one]) => `${key}: ${yamlOf(one)}`)
    .join(', ')}}`;
}
