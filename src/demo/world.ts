/** The world in a box: a CA, its responder behind an edge, and a TLS server, in a temporary directory and on loopback. */
import { type Authorities, createAuthorities, issueServerCertificate, stolen } from './authorities.ts';
import { type Edge, startEdge } from './edge.ts';
import { type Files, type Servers, filesIn, writeFiles } from './files.ts';
import { startResponder, type Responder } from './responder.ts';
import { makeTemporaryDirectory } from './temporary-directory.ts';
import { startTlsServer } from './tls-server.ts';

/** The name that means this machine without any name server; the responder's site on the edge. */
export const RESPONDER_NAME = 'localhost';
/** Sites of other people on the same address. */
const NEIGHBOURS = ['shop.demo.test', 'blog.demo.test'];

export interface World {
  readonly files: Files;
  readonly authorities: Authorities;
  readonly servers: Servers;
  readonly edge: Edge;
  readonly tlsPort: number;
  /** Where the edge is, by address: the way that does not lead to the responder. */
  readonly addressUrl: string;
  /** Revokes the certificate of the TLS server, and has the edge forget what it knew. */
  revoke(): void;
  /** Takes the revocation back: no CA can, but whoever plays with the world wants it whole. */
  restore(): void;
  /** Stops everything and removes the directory. */
  close(): Promise<void>;
}

/** What was started so far, ended in reverse. */
class Endings {
  readonly #endings: (() => Promise<void>)[] = [];

  add<T extends { close(): Promise<void> }>(part: T): T {
    this.#endings.push(() => part.close());
    return part;
  }

  async close(): Promise<void> {
    for (let end = this.#endings.pop(); end; end = this.#endings.pop()) await end();
  }
}

/** @throws what went wrong, when all that was started before it is gone again. */
export async function startWorld(now: () => Date): Promise<World> {
  const endings = new Endings();
  try {
    const directory = endings.add(await makeTemporaryDirectory('restaple-demo-'));
    const files = filesIn(directory.path);
    const authorities = createAuthorities(now());
    const responder = endings.add(await startResponder({ ...authorities, now }));
    const edge = endings.add(await startEdge({ sites: sitesBefore(responder), now }));
    const ocspUrl = `http://${RESPONDER_NAME}:${edge.port}/`;
    const servers: Servers = {
      domain: issueServerCertificate(authorities, now(), ocspUrl),
      revoked: issueServerCertificate(authorities, now(), ocspUrl),
    };
    await writeFiles(files, authorities, servers);
    const domain = servers.domain.certificate;
    responder.setStatus(domain, { type: 'good' });
    responder.setStatus(servers.revoked.certificate, stolen(now()));
    const tls = endings.add(await startTlsServer(files));
    return {
      files,
      authorities,
      servers,
      edge,
      tlsPort: tls.port,
      addressUrl: `http://127.0.0.1:${edge.port}/`,
      revoke() {
        responder.setStatus(domain, stolen(now()));
        edge.purge();
      },
      restore() {
        responder.setStatus(domain, { type: 'good' });
        edge.purge();
      },
      close: () => endings.close(),
    };
  } catch (error) {
    await endings.close();
    throw error;
  }
}

function sitesBefore({ port }: Responder) {
  const neighbours = NEIGHBOURS.map((name) => ({ name }));
  return [{ name: RESPONDER_NAME, origin: `http://127.0.0.1:${port}/` }, ...neighbours];
}
