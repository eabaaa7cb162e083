/** From the entries of the config to what the keeper looks for, and where its staples go. */
import type { CertificateConfig, Config } from '../../config/config.ts';
import { createLimiter } from '../../http/limiter.ts';
import type { RosterGroup } from '../../keeper/files/scan.ts';
import type { ServerAdapter } from '../../servers/adapter.ts';
import { createAdapter } from '../../servers/adapters.ts';
import { outputPath } from '../../subject/output-path.ts';
import { rulesOf, settingsOf } from './settings.ts';
import type { Clients } from './transport.ts';

/** @throws InputError for files named in the config that cannot be read. */
export async function groupsOf(config: Config, clients: Clients): Promise<readonly RosterGroup[]> {
  const { requests: total, requestsPerResponder: perHost } = config.limits;
  const limiter = createLimiter({ total, perHost });
  const rules = rulesOf(config);
  const adapters = new Map(config.servers.map((one) => [one.name, createAdapter(one.type, one)]));
  const groups: RosterGroup[] = [];
  for (const one of config.certificates) {
    const { files: args, servers } = one;
    const settings = await settingsOf(one, rules, clients, limiter);
    const ownAdapters = servers.map((name) => adapters.get(name)).filter((adapter) => adapter !== undefined);
    groups.push({ args, outputsOf: outputsOf(one, ownAdapters), servers, settings });
  }
  return groups;
}

/** Without a server the names are those that `fetch` would give. */
function outputsOf(
  { output, outDir }: CertificateConfig,
  adapters: readonly ServerAdapter[],
): (path: string) => readonly string[] {
  if (adapters.length > 0) return (path) => adapters.flatMap((adapter) => adapter.outputsOf(path));
  return output === undefined ? (path) => [outputPath(path, outDir)] : () => [output];
}
