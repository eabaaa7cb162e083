/** The text of a config with what is missing in it; all that stands there already stays, comments too. */
import { type Document, YAMLSeq, isMap, isSeq, parseDocument } from 'yaml';
import type { Config } from '../../config/config.ts';
import { entryFor } from './covered.ts';
import type { Group, Plan } from './plan.ts';

const HEAD = `# yaml-language-server: $schema=https://unpkg.com/restaple/schema/restaple.schema.json
# What restaple run keeps, as restaple init found it on this machine. Edit it as you like: run again, restaple init adds what
# is new and leaves the rest alone. Every key stands in docs/reference/config.md.
version: 1
`;

export interface Merged {
  readonly text: string;
  readonly addedServers: readonly string[];
  readonly addedFiles: readonly string[];
  /** Certificates that an entry keeps already, but not for all servers that present them. */
  readonly lacking: readonly { readonly file: string; readonly server: string }[];
}

/** @param present what is there, as text and as it is understood; `undefined` for a new file. */
export function configText(
  { groups, servers }: Plan,
  present: { text: string; config: Config } | undefined,
): Merged {
  const document = parseDocument(present?.text ?? HEAD, { version: '1.2', schema: 'core' });
  const names = new Map<string, string>();
  const addedServers: string[] = [];
  for (const server of servers) {
    const known =
      present?.config.servers.find(({ name }) => name === server.name) ??
      present?.config.servers.find(({ type }) => type === server.name);
    names.set(server.name, known?.name ?? server.name);
    if (known) continue;
    append(document, 'servers', server.keys, server.file);
    addedServers.push(server.name);
  }
  const addedFiles: string[] = [];
  const lacking: { file: string; server: string }[] = [];
  for (const group of groups) {
    const files = group.files.filter((file) => {
      const entry = present && entryFor(file, present.config);
      const called = group.servers.map((name) => names.get(name) ?? name);
      for (const server of called)
        if (entry && !entry.servers.includes(server)) lacking.push({ file, server });
      return !entry;
    });
    if (files.length === 0) continue;
    append(document, 'certificates', entryOf({ ...group, files }, names), group.why);
    addedFiles.push(...files);
  }
  const isNew = addedServers.length + addedFiles.length > 0;
  return {
    lacking,
    text: isNew ? document.toString({ lineWidth: 0 }) : (present?.text ?? ''),
    addedServers,
    addedFiles,
  };
}

type Keys = Readonly<Record<string, string | readonly string[]>>;

function entryOf({ files, outDir, servers }: Group, names: ReadonlyMap<string, string>): Keys {
  const called = servers.map((name) => names.get(name) ?? name);
  const [only = ''] = called;
  return {
    files,
    ...(called.length > 0 && { server: called.length === 1 ? only : called }),
    ...(outDir !== undefined && { 'out-dir': outDir }),
  };
}

/** @param why a comment before it. */
function append(document: Document, key: 'servers' | 'certificates', entry: object, why: string): void {
  let list = document.get(key, true);
  if (!isSeq(list)) {
    list = new YAMLSeq();
    document.set(key, list);
  }
  const node = document.createNode(entry);
  // A name of a file could have a line end, and go on as something else than a comment.
  node.commentBefore = ` ${why.replaceAll(/[\r\n]/g, '?')}`;
  if (isMap(node)) node.flow = false;
  if (isSeq(list)) {
    list.flow = false;
    list.items.push(node);
  }
}
