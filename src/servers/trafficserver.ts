/**
 * Apache Traffic Server: `ssl_ocsp_name` in ssl_multicert.config names a file in DER below
 * `proxy.config.ssl.ocsp.response.path`, read when that configuration is.
 *
 * What the file holds is served as it is, and for ever. A missing or broken one is no staple, for a certificate that has a
 * line of its own. `traffic_ctl config reload` reads again only files whose date has changed, and staples with the
 * configuration that names them: so that one is touched.
 */
import { ServerError } from '../errors.ts';
import { outputPath } from '../subject/output-path.ts';
import type { Command, CreateAdapter, Effect } from './adapter.ts';
import { isGone } from './pid-file.ts';
import { removeFile } from './remove-file.ts';

/** There is no command that does both; nothing in it comes from outside. */
const RELOAD: Command = [
  '/bin/sh',
  '-c',
  'touch -c /etc/trafficserver/ssl_multicert.config && exec /usr/bin/traffic_ctl config reload',
];
/** Where traffic_manager of Debian writes its number; that of another place comes with a reload command of its own. */
const PID_FILE = '/run/trafficserver/manager.lock';
/** The buffer that 9.2 copies a staple into before it looks at its length: a longer one ends the process. */
const MAX_BYTES = 10_240;
/** Time for a reload that has to be tried again, and for clients whose clock is fast. */
const WITHDRAW_BEFORE_MS = 600_000;

export const createTrafficServer: CreateAdapter = ({ dir, check, reload }) => {
  const effect = (): Effect => (reload === undefined && isGone(PID_FILE) ? 'idle' : 'reload');
  return {
    type: 'trafficserver',
    check,
    reload: reload ?? RELOAD,
    withdrawBeforeMs: WITHDRAW_BEFORE_MS,
    needsWithdrawal: true,
    outputsOf: (certificate) => [outputPath(certificate, dir)],
    async publish({ file, der }) {
      if (der.length > MAX_BYTES) {
        // It was written already, and the next reload would find it.
        await removeFile(file);
        const message = `the staple of ${der.length} bytes would crash Traffic Server, which takes ${MAX_BYTES}`;
        throw new ServerError('server-refused', message);
      }
      return effect();
    },
    async withdraw({ file }) {
      await removeFile(file);
      return effect();
    },
  };
};
