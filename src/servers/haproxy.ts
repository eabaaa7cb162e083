/**
 * HAProxy: a staple is `<certificate file>.ocsp`, in DER, read as HAProxy is loaded, also of the files of a bundle
 * (`site.pem.rsa` → `site.pem.rsa.ocsp`). A running one takes it by its runtime socket, for every certificate that had
 * such a file when it was loaded, be it empty. What came by the socket is lost with the next reload, so the file is the
 * one that counts, and is written first.
 *
 * That is also why a certificate without a staple has an empty file: its first staple needs no reload then. HAProxy
 * warns about an empty file and goes on, except with `zero-warning`.
 *
 * An ended staple is none to HAProxy, in the file as in memory, and a bad one does not keep it from starting.
 */
import { existsSync, statSync } from 'node:fs';
import { attempt } from '../attempt.ts';
import { ServerError } from '../errors.ts';
import { writeFileAtomically } from '../store/atomic-file.ts';
import { printable } from '../text.ts';
import type { Command, ServerAdapter, ServerOptions } from './adapter.ts';
import { pushStaple, requireServable } from './haproxy-runtime.ts';
import { askSocket } from './haproxy-socket.ts';
import { isRunning } from './pid-file.ts';
import { removeFile } from './remove-file.ts';

const CHECK: Command = ['/usr/sbin/haproxy', '-c', '-q', '-f', '/etc/haproxy/haproxy.cfg'];
/** Only systemd knows whether a signal to the process means a reload (`-W`) or nothing. */
const RELOAD: Command = ['/usr/bin/systemctl', 'reload', 'haproxy.service'];

/** Where the unit of every distribution has it written, once all sockets are there. */
const PID_FILE = '/run/haproxy.pid';

/** @param now in milliseconds since 1970 */
export function createHaproxy(
  { socket, check = CHECK, reload = RELOAD }: ServerOptions,
  now: () => number = Date.now,
  pidFile: string = PID_FILE,
): ServerAdapter {
  return {
    type: 'haproxy',
    check,
    reload,
    withdrawBeforeMs: undefined,
    needsWithdrawal: true,
    mayForget: socket !== undefined,
    outputsOf: (certificate) => [`${certificate}.ocsp`],
    async publish({ der, validUntil }) {
      requireServable(der, validUntil, now());
      if (socket === undefined) return 'reload';
      const effect = await pushStaple((command) => askSocket(socket, command), der);
      if (effect !== 'idle' || !isRunning(pidFile)) return effect;
      // Nobody would ever see the staple, and nobody hear of it.
      const message = `haproxy runs, says ${pidFile}, but nobody listens at its socket ${printable(socket)}`;
      throw new ServerError('server-refused', message);
    },
    async withdraw({ certificate, file }) {
      if (existsSync(certificate)) await empty(file);
      // Where only the file itself may be written, as behind a link.
      else await removeFile(file).catch(() => empty(file));
      // What is loaded is good until its end, or gone by itself.
      return 'live';
    },
  };
}

async function empty(file: string): Promise<void> {
  if (attempt(() => statSync(file))?.size === 0) return;
  await writeFileAtomically(file, Buffer.alloc(0));
}
