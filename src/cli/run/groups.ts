/** From the entries of the config to what the keeper looks for, and where its staples go. */
import type { CertificateConfig, Config } from '../../config/config.ts';
import { type Limiter, createLimiter } from '../../http/limiter.ts';
import type { LaneOptions } from '../../keeper/deploy/lane.ts';
import type { SubjectSettings } from '../../keeper/files/certificate-subject.ts';
import type { RosterGroup } from '../../keeper/files/scan.ts';
import type { ServerAdapter } from '../../servers/adapter.ts';
import { createAdapter } from '../../servers/adapters.ts';
import { outputPath } from '../../subject/output-path.ts';
import { rulesOf, settingsOf } from './settings.ts';
import type { Clients } from './transport.ts';

/**
 * Two entries that differ only in where staples go share their settings: the certificate of both nginx and HAProxy is
 * asked for in one way, and is no contradiction.
 *
 * @throws InputError for files named in the config that cannot be read.
 */
export async function groupsOf(
  config: Config,
  clients: Clients,
  limiter: Limiter = limiterOf(config),
): Promise<readonly RosterGroup[]> {
  const rules = rulesOf(config);
  const adapters = new Map(serversOf(config).map(({ adapter, name }) => [name, adapter]));
  const shared = new Map<string, SubjectSettings>();
  const groups: RosterGroup[] = [];
  for (const one of config.certificates) {
    const { files: args, servers } = one;
    const road = roadOf(one);
    const settings = shared.get(road) ?? (await settingsOf(one, rules, clients, limiter));
    shared.set(road, settings);
    const own = servers.map((name) => adapters.get(name)).filter((adapter) => adapter !== undefined);
    groups.push({ args, outputsOf: outputsOf(one, own), servers, settings });
  }
  return groups;
}

/** There is one in a process: responders do not ask which part of it they hear from. */
export const limiterOf = ({ limits: { requests: total, requestsPerResponder: perHost } }: Config): Limiter =>
  createLimiter({ total, perHost });

export const serversOf = ({ servers }: Config): readonly LaneOptions[] =>
  servers.map((one) => ({ ...one, adapter: createAdapter(one.type, one) }));

const roadOf = (one: CertificateConfig): string =>
  JSON.stringify({ ...one, files: [], output: undefined, servers: [], outDir: undefined });

/** Without a server the names are those that `fetch` would give. */
function outputsOf(
  { output, outDir }: CertificateConfig,
  adapters: readonly ServerAdapter[],
): (path: string) => readonly string[] {
  if (adapters.length > 0) return (path) => adapters.flatMap((adapter) => adapter.outputsOf(path));
  if (output === 'off') return () => [];
  return output === undefined ? (path) => [outputPath(path, outDir)] : () => [output];
}
