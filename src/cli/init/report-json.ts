/** What was found and what is to be done, for programs. */
import type { FoundServer } from '../../servers/discover/found.ts';
import type { InitResult } from './report-text.ts';

export function initJson({ discovery, merged, out, plan }: InitResult): object {
  const { others, servers, troubles } = discovery;
  return {
    verb: 'init',
    exitCode: 0,
    config: {
      path: out,
      addedServers: merged.addedServers,
      addedFiles: merged.addedFiles,
      lacking: merged.lacking,
    },
    servers: servers.map(serverJson),
    certificates: plan.groups.flatMap(({ files, outDir = null, servers: its }) =>
      files.map((path) => ({ path, servers: its, outDir })),
    ),
    remarks: [...servers.flatMap(({ remarks }) => remarks), ...others],
    skipped: [...servers.flatMap(({ skipped }) => skipped), ...troubles, ...plan.skipped],
  };
}

const serverJson = ({ certificates, edits, file, type }: FoundServer): object => ({
  type,
  file,
  certificates,
  edits,
});
