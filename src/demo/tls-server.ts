/** A TLS server that staples what lies in a file, as web servers do. */
import { readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { Files } from './files.ts';
import { type Listener, listen } from './loopback.ts';

const GREETING = 'Hello. If your client asked for an OCSP staple, it has seen one by now.\n';

export async function startTlsServer(files: Files): Promise<Listener> {
  const server = createServer({ cert: await readFile(files.certificate), key: await readFile(files.key) });
  const staple = new StapleFile(files.staple);
  server.on('OCSPRequest', (_certificate, _issuer, answer) => {
    staple.read().then(
      (der) => answer(null, der ?? null),
      // Whatever is wrong with the file: a handshake without a staple is better than none.
      () => answer(null, null),
    );
  });
  server.on('request', (_incoming, outgoing) => {
    outgoing
      .writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': GREETING.length })
      .end(GREETING);
  });
  return listen(server);
}

/** A file in memory, read again when it has changed. */
class StapleFile {
  readonly #path: string;
  #mark = '';
  #der: Buffer | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** What it holds now; `undefined` when it is not there. */
  async read(): Promise<Buffer | undefined> {
    const stats = await stat(this.#path).catch(() => undefined);
    if (!stats) return undefined;
    // A file that is replaced by a rename has another inode, even within one tick of the file system's clock.
    const mark = `${stats.ino} ${stats.mtimeMs} ${stats.size}`;
    if (mark !== this.#mark) {
      this.#der = await readFile(this.#path);
      this.#mark = mark;
    }
    return this.#der;
  }
}
