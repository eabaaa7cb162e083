/** Which entries the config gets for what was found. */
import { outputPath } from '../../subject/output-path.ts';
import type { Discovery } from '../../servers/discover/discover.ts';
import { type Entry, type FoundServer, type Remark, STAPLES } from '../../servers/discover/found.ts';
import type { Tree } from '../../servers/discover/tree.ts';
import { RestapleError } from '../../errors.ts';
import { loadSubject } from '../../subject/subject.ts';

export interface ServerPlan {
  readonly name: string;
  /** The keys of its entry, `name` only where it is not the type. */
  readonly keys: Entry & { readonly name?: string };
  readonly file: string;
}

/** Certificates that go the same way. */
export interface Group {
  readonly servers: readonly string[];
  /** Where their staples go, when no server says so. */
  readonly outDir: string | undefined;
  /** They have no file at all: their server asks the relay. */
  readonly isRelayed: boolean;
  readonly why: string;
  readonly files: readonly string[];
}

export interface Plan {
  readonly servers: readonly ServerPlan[];
  readonly groups: readonly Group[];
  /** Certificates that are named and not there, or are none. */
  readonly skipped: readonly Remark[];
}

/** Each certificate is opened, to see that it is one; what else its file holds is wiped. */
export async function planOf(tree: Tree, { acme, servers }: Discovery): Promise<Plan> {
  const skipped: Remark[] = [];
  const usable = new Map<string, boolean>();
  const isUsable = async (path: string, place: Remark['place']): Promise<boolean> => {
    const known = usable.get(path);
    if (known !== undefined) return known;
    const problem = await problemOf(tree, path);
    if (problem !== undefined) skipped.push({ place, text: `${path}: ${problem}` });
    usable.set(path, problem === undefined);
    return problem === undefined;
  };
  const ways = new Map<string, Set<FoundServer>>();
  for (const server of servers) {
    for (const { path, place } of server.certificates) {
      if (!(await isUsable(path, place))) continue;
      ways.set(path, (ways.get(path) ?? new Set()).add(server));
    }
  }
  const groups = new GroupList();
  for (const [path, users] of ways) {
    const named = [...users].filter(({ entry }) => entry).map(nameOf);
    const others = [...users].filter(({ entry }) => !entry).map(({ type }) => type);
    const [other] = others;
    if (named.length > 0) groups.add(path, `of ${[...users].map(nameOf).join(' and ')}`, named);
    else if (other === 'apache') groups.add(path, 'of apache, which asks the relay', []);
    else if (other !== undefined) groups.add(path, `of ${others.join(' and ')}`, [], `${STAPLES}/${other}`);
  }
  for (const { client, path } of acme) {
    if (ways.has(path) || !(await isUsable(path, { file: path, line: 0 }))) continue;
    groups.add(path, `of ${client}; no server that was found presents them`, [], `${STAPLES}/${client}`);
  }
  return {
    // One without a certificate to keep needs no entry.
    servers: servers
      .flatMap(serverPlan)
      .filter(({ name }) => groups.all.some((one) => one.servers.includes(name))),
    groups: groups.all,
    skipped: [...skipped, ...groups.skipped],
  };
}

/** Of Angie's, which is an nginx to restaple, not its type. */
const nameOf = ({ type }: FoundServer): string => type;

function serverPlan(server: FoundServer): readonly ServerPlan[] {
  const { entry, file } = server;
  if (!entry) return [];
  const name = nameOf(server);
  return [{ name, file, keys: { ...(name !== entry.type && { name }), ...entry } }];
}

class GroupList {
  readonly skipped: Remark[] = [];
  readonly #groups = new Map<string, Group & { readonly files: string[] }>();
  readonly #outputs = new Map<string, string>();

  get all(): readonly Group[] {
    return [...this.#groups.values()];
  }

  add(path: string, why: string, servers: readonly string[], outDir?: string): void {
    const output = outDir === undefined ? undefined : outputPath(path, outDir);
    const owner = output === undefined ? undefined : this.#outputs.get(output);
    if (owner !== undefined) {
      const text = `${path}: its staple would be called as that of ${owner}; name it in the config with an output of its own`;
      this.skipped.push({ place: { file: path, line: 0 }, text });
      return;
    }
    if (output !== undefined) this.#outputs.set(output, path);
    const key = `${servers.join(' ')} ${outDir} ${why}`;
    const group = this.#groups.get(key) ?? {
      files: [],
      outDir,
      servers,
      why,
      isRelayed: servers.length === 0 && outDir === undefined,
    };
    group.files.push(path);
    this.#groups.set(key, group);
  }
}

/** Why a file is not the certificate of a server; `undefined` when it is. */
async function problemOf(tree: Tree, path: string): Promise<string | undefined> {
  // Whoever opens a pipe waits for a writer.
  if (tree.exists(path) && !tree.isFile(path)) return 'no plain file';
  try {
    loadSubject({ path: tree.real(path), foundIn: undefined, problem: undefined });
    return undefined;
  } catch (error) {
    if (error instanceof RestapleError) return error.message;
    throw error;
  }
}
