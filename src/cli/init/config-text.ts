/** The text of a config with what is missing in it; all that stands there already stays, comments too. */
import { type NewEntry, addEntries } from '../../config/add-entries.ts';
import type { Config } from '../../config/config.ts';
import { RELAY } from '../../servers/discover/found.ts';
import { entryFor } from './covered.ts';
import type { Group, Plan } from './plan.ts';

const HEAD = `# yaml-language-server: $schema=https://unpkg.com/restaple/schema/restaple.schema.json
# What restaple run keeps, as restaple init found it on this machine. Edit it as you like: run again, restaple init adds what
# is new and leaves the rest alone. Every key stands in docs/reference/config.md.
version: 1
`;

const RELAY_TEXT = `# Apache asks the relay. It answers once there is no # before these two lines:
# relay:
#   listen: ${RELAY}
`;

export interface Merged {
  readonly text: string;
  readonly addedServers: readonly string[];
  readonly addedFiles: readonly string[];
  /** Certificates that an entry keeps already, but not for all servers that present them. */
  readonly lacking: readonly { readonly file: string; readonly server: string }[];
  /** Whether there are certificates for a relay, and none is configured. */
  readonly lacksRelay: boolean;
}

/** @param present what is there, as text and as it is understood; `undefined` for a new file. */
export function configText(
  { groups, servers }: Plan,
  present: { text: string; config: Config } | undefined,
): Merged {
  const entries: NewEntry[] = [];
  const names = new Map<string, string>();
  const addedServers: string[] = [];
  for (const server of servers) {
    const known =
      present?.config.servers.find(({ name }) => name === server.name) ??
      present?.config.servers.find(({ type }) => type === server.name);
    names.set(server.name, known?.name ?? server.name);
    if (known) continue;
    entries.push({ list: 'servers', keys: server.keys, why: server.file });
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
    entries.push({ list: 'certificates', keys: entryOf({ ...group, files }, names), why: group.why });
    addedFiles.push(...files);
  }
  const old = present?.text ?? '';
  const hasRelay = present?.config.relay !== undefined || /^# relay:/m.test(old);
  const isAsked = entries.some(({ keys }) => 'output' in keys) && !hasRelay;
  return {
    lacking,
    text: entries.length > 0 ? addEntries(withRelay(present?.text ?? HEAD, isAsked), entries) : old,
    addedServers,
    addedFiles,
    lacksRelay: present?.config.relay === undefined && groups.some(({ isRelayed }) => isRelayed),
  };
}

/** At the end, where it is in the way of no other comment. */
function withRelay(text: string, isAsked: boolean): string {
  if (!isAsked) return text;
  const added = text.includes('\r\n') ? RELAY_TEXT.replaceAll('\n', '\r\n') : RELAY_TEXT;
  return `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${added}`;
}

type Keys = Readonly<Record<string, string | readonly string[]>>;

function entryOf({ files, isRelayed, outDir, servers }: Group, names: ReadonlyMap<string, string>): Keys {
  const called = servers.map((name) => names.get(name) ?? name);
  const [only = ''] = called;
  return {
    files,
    ...(called.length > 0 && { server: called.length === 1 ? only : called }),
    ...(outDir !== undefined && { 'out-dir': outDir }),
    ...(isRelayed && { output: 'off' }),
  };
}
