/**
 * nginx, and Angie, which is the same here: `ssl_stapling_file` names a file in DER, read when the configuration is.
 *
 * What the file holds is served as it is, and for ever; where it is missing or empty, `nginx -t` fails, and nginx does
 * not start again. So nobody writes the directive by hand: it lies in a snippet beside the staple, which the
 * administrator includes. A withdrawn staple is a snippet without directives, and the file stays where it was: a
 * configuration that names it all the same goes on loading.
 *
 * An answer `tryLater` in the place of a withdrawn staple would load, too. It is worse than none: clients that want a
 * staple refuse it just the same, and nginx would be kept from asking the responder by itself.
 */
import { readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { attempt } from '../attempt.ts';
import { writeFileAtomically } from '../store/atomic-file.ts';
import { outputPath } from '../subject/output-path.ts';
import { printable } from '../text.ts';
import type { CreateAdapter, Effect } from './adapter.ts';
import { isOfSystem, isStopped, optionOf } from './pid-file.ts';

const PROGRAM = '/usr/sbin/nginx';
/** In the main file, at the start of a line or after another directive. */
const PID = /^(?:[^#\n]*[;\s])?pid\s+["']?([^\s;"']+)["']?\s*;/m;
/** Time for a reload that has to be tried again, and for clients whose clock is fast. */
const WITHDRAW_BEFORE_MS = 600_000;

/** The file to include in the `server {}` of a certificate. */
export const snippetPath = (file: string): string => `${file}.conf`;

export const createNginx: CreateAdapter = ({ dir, check, reload }) => {
  const usual = basename((check ?? reload)?.[0] ?? PROGRAM) === 'angie' ? 'angie' : 'nginx';
  const configuration = optionOf('-c', check, reload) ?? `/etc/${usual}/${usual}.conf`;
  const isSystems = isOfSystem(reload, 'nginx', 'angie');
  const effect = (): Effect => (isSystems && isStopped(configuration, PID) ? 'idle' : 'reload');
  return {
    type: 'nginx',
    check: check ?? [PROGRAM, '-t', '-q'],
    reload: reload ?? [PROGRAM, '-s', 'reload'],
    withdrawBeforeMs: WITHDRAW_BEFORE_MS,
    needsWithdrawal: true,
    outputsOf: (certificate) => [outputPath(certificate, dir)],
    async publish({ certificate, file }) {
      const directives = `ssl_stapling on;\nssl_stapling_file ${quoted(resolve(file))};\n`;
      await writeSnippet(file, `# The staple of ${printable(certificate)}, kept by restaple.\n${directives}`);
      return effect();
    },
    async withdraw({ certificate, file }) {
      await writeSnippet(file, `# There is no good staple of ${printable(certificate)} just now.\n`);
      return effect();
    },
  };
};

/** A path may hold anything; a string in nginx ends at its quote, and `\` escapes there. */
const quoted = (path: string): string => `"${path.replaceAll(/["\\]/g, '\\$&')}"`;

async function writeSnippet(file: string, text: string): Promise<void> {
  const path = snippetPath(file);
  if (attempt(() => readFileSync(path, 'utf8')) === text) return;
  await writeFileAtomically(path, Buffer.from(text));
}
