/** `restaple init`: from what a machine has to a config, and to the lines that its servers lack. */
import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { attempt } from '../../attempt.ts';
import type { Config } from '../../config/config.ts';
import { loadConfig } from '../../config/load-config.ts';
import { InputError } from '../../errors.ts';
import { readInputFile } from '../../issuer/load-certificates.ts';
import { discover } from '../../servers/discover/discover.ts';
import { Tree } from '../../servers/discover/tree.ts';
import { writeFileAtomically } from '../../store/atomic-file.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { guarded } from '../guarded.ts';
import { configText } from '../init/config-text.ts';
import { patchOf } from '../init/patch.ts';
import { planOf } from '../init/plan.ts';
import { initJson } from '../init/report-json.ts';
import { initText, spokenOf } from '../init/report-text.ts';
import type { Io } from '../io.ts';
import { printJson } from '../json-output.ts';
import type { InitFlags } from '../verbs/init.ts';

export function initCommand(flags: InitFlags, io: Io): Promise<number> {
  return guarded(io, () => init(flags, io), flags.json ? 'init' : undefined);
}

async function init({ diff, json, out, root }: InitFlags, io: Io): Promise<ExitCode> {
  if (attempt(() => statSync(root))?.isDirectory() !== true)
    throw new InputError('file-unreadable', 'is no directory', root);
  const tree = new Tree(resolve(root));
  const discovery = discover(tree);
  const plan = await planOf(tree, discovery);
  if (plan.groups.length === 0 && discovery.servers.length === 0 && discovery.others.length === 0)
    throw new InputError('certificate-not-found', 'no server that restaple knows, and no certificate', root);
  const merged = configText(plan, await presentConfig(out));
  const isNew = merged.addedFiles.length + merged.addedServers.length > 0;
  if (isNew) await writeFileAtomically(out, Buffer.from(merged.text));
  const result = { discovery, plan, merged, out };
  if (json) printJson(io, initJson(result));
  else if (diff) {
    io.out(
      patchOf(
        tree,
        discovery.servers.flatMap(({ edits }) => edits),
      ),
    );
    io.err(spokenOf(result));
  } else io.out(initText(result));
  return EXIT.ok;
}

/** @throws ConfigError: what cannot be understood cannot be added to. */
async function presentConfig(path: string): Promise<{ text: string; config: Config } | undefined> {
  if (!existsSync(path)) return undefined;
  return { text: readInputFile(path).toString('utf8'), config: await loadConfig(path) };
}
