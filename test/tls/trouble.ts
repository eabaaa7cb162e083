/** What stands between a responder and those who ask it: as it is told, nothing, or a trouble that the field knows. */
import { type Server, type ServerResponse, createServer, request } from 'node:http';
import { close, listen } from '../support/loopback.ts';
import type { Responder } from '../support/ocsp-responder.ts';

export const TROUBLES = ['down', 'garbage', 'dripping', 'silent'] as const;
export type Trouble = (typeof TROUBLES)[number];

export interface Front {
  readonly url: string;
  /** From now on. */
  trouble: Trouble | undefined;
  /** Requests that met a trouble. */
  readonly troubled: number;
  close(): Promise<void>;
}

const DRIP_MS = 20;

export async function startFront(responder: Pick<Responder, 'url'>): Promise<Front> {
  let troubled = 0;
  const server: Server = createServer((incoming, outgoing) => {
    if (front.trouble !== undefined) {
      troubled += 1;
      vex(outgoing, front.trouble);
      return;
    }
    const { method, headers, url = '/' } = incoming;
    const onward = request(new URL(url, responder.url), { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(onward.on('error', () => outgoing.destroy()));
  });
  const front = {
    url: `http://127.0.0.1:${await listen(server)}/`,
    trouble: undefined as Trouble | undefined,
    get troubled() {
      return troubled;
    },
    close: () => close(server),
  };
  return front;
}

function vex(outgoing: ServerResponse, trouble: Trouble): void {
  switch (trouble) {
    case 'down':
      outgoing.destroy();
      return;
    case 'garbage':
      outgoing.writeHead(200, { 'Content-Type': 'application/ocsp-response' }).end('hello');
      return;
    case 'dripping': {
      outgoing.writeHead(200, { 'Content-Type': 'application/ocsp-response', 'Content-Length': 2_000 });
      const timer = setInterval(() => outgoing.write('0'), DRIP_MS);
      outgoing.on('close', () => clearInterval(timer));
      return;
    }
    case 'silent':
  }
}
