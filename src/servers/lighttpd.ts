/**
 * lighttpd: `ssl.stapling-file` names a file in DER. It looks every 64 s, and reads the file when it has no staple, or one
 * that ends within 256 s; a missing, broken or ended file is no staple and does no harm.
 *
 * So a refreshed staple reaches clients shortly before the old one ends, with nothing to be done. To have it at once
 * lighttpd must start over (SIGUSR1): connections wait until it has finished what it is at, up to 8 s, and what takes
 * longer is cut off. Nobody wants that every few days unasked: only whoever gives a reload command gets it for each new
 * staple. One that is withdrawn leaves no other way.
 */
import { outputPath } from '../subject/output-path.ts';
import type { Command, CreateAdapter, Effect } from './adapter.ts';
import { isOfSystem, isStopped, optionOf } from './pid-file.ts';
import { removeFile } from './remove-file.ts';

const CONFIGURATION = '/etc/lighttpd/lighttpd.conf';
const PID = /^[ \t]*server\.pid-file\s*=\s*"([^"]+)"/m;
/** With a broken configuration it would end instead of starting over. */
const CHECK: Command = ['/usr/sbin/lighttpd', '-tt', '-f', CONFIGURATION];
/** lighttpd has no command of its own for it. The name keeps the signal from a stranger with the same number. */
const RELOAD: Command = [
  '/usr/sbin/start-stop-daemon',
  '-K',
  '-q',
  '-s',
  'USR1',
  '-p',
  '/run/lighttpd.pid',
  '-n',
  'lighttpd',
];
/** Time for a reload that has to be tried again; lighttpd itself is up to 64 s late. */
const WITHDRAW_BEFORE_MS = 600_000;

export const createLighttpd: CreateAdapter = ({ dir, check = CHECK, reload }) => {
  const configuration = optionOf('-f', check) ?? CONFIGURATION;
  const isSystems = isOfSystem(reload, 'lighttpd', 'start-stop-daemon');
  const effect = (): Effect => (isSystems && isStopped(configuration, PID) ? 'idle' : 'reload');
  return {
    type: 'lighttpd',
    check,
    reload: reload ?? RELOAD,
    withdrawBeforeMs: WITHDRAW_BEFORE_MS,
    needsWithdrawal: true,
    outputsOf: (certificate) => [outputPath(certificate, dir)],
    // A staple that it takes by itself may take days to be seen.
    publish: () => Promise.resolve(reload === undefined ? 'later' : effect()),
    async withdraw({ file }) {
      await removeFile(file);
      return effect();
    },
  };
};
