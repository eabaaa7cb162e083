/** From the entries of a config to what the keeper looks for, and where the staples go. */
import type { CertificateConfig, Config } from '../../config/config.ts';
import { createLimiter } from '../../http/limiter.ts';
import type { RosterGroup } from '../../keeper/files/scan.ts';
import { outputPath } from '../../subject/output-path.ts';
import { rulesOf, settingsOf } from './settings.ts';
import type { Clients } from './transport.ts';

/** @throws InputError for files named in the config that cannot be read. */
export async function groupsOf(config: Config, clients: Clients): Promise<readonly RosterGroup[]> {
  const { requests: total, requestsPerResponder: perHost } = config.limits;
  const limiter = createLimiter({ total, perHost });
  const rules = rulesOf(config);
  const groups: RosterGroup[] = [];
  for (const one of config.certificates) {
    const settings = await settingsOf(one, rules, clients, limiter);
    groups.push({ args: one.files, outputsOf: outputsOf(one), settings });
  }
  return groups;
}

/** The names are those that `fetch` would give. */
function outputsOf({ output, outDir }: CertificateConfig): (path: string) => readonly string[] {
  return output === undefined ? (path) => [outputPath(path, outDir)] : () => [output];
}
