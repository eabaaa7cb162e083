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
import { writeFileAtomically } from '../store/atomic-file.ts';
import type { Command, ServerAdapter, ServerOptions } from './adapter.ts';
import { pushStaple, requireServable } from './haproxy-runtime.ts';
import { askSocket } from './haproxy-socket.ts';
import { removeFile } from './remove-file.ts';

const CHECK: Command = ['/usr/sbin/haproxy', '-c', '-q', '-f', '/etc/haproxy/haproxy.cfg'];
/** Only systemd knows whether a signal to the process means a reload (`-W`) or nothing. */
const RELOAD: Command = ['/usr/bin/systemctl', 'reload', 'haproxy.service'];

/** @param now in milliseconds since 1970 */
export function createHaproxy(
  { socket, check = CHECK, reload = RELOAD }: ServerOptions,
  now: () => number = Date.now,
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
      return socket === undefined ? 'reload' : pushStaple((command) => askSocket(socket, command), der);
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
