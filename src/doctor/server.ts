/** What does the server present, and does it staple at all? */
import { InputError, ProbeError, type RestapleError } from '../errors.ts';
import { detour } from '../http/detours.ts';
import { withoutBrackets } from '../http/place.ts';
import { CLIENT_CERTIFICATE_WANTED } from '../probe/handshake.ts';
import type { Look } from '../probe/look.ts';
import { type Beginning, beginningAt } from '../probe/ports.ts';
import { decodeCertificate } from '../x509/certificate.ts';
import { formatName } from '../x509/name.ts';
import { orderOf, unusable } from './certificate-file.ts';
import { type Check, type Found, NOTHING, type Server, type Target, type Tools } from './check.ts';
import { type Finding, note, ok, problem } from './finding.ts';
import { greetingOf } from './greeting.ts';

const TITLE = 'server';
type ServerTarget = Extract<Target, { kind: 'server' }>;

/** The certificate is examined as that of a file would be; whom it is for, and who vouches for it, is told beside. */
export const checkServer: Check = async ({ target }, tools) => {
  if (target.kind !== 'server') return NOTHING;
  const { server, look, error } = await see(target, serverOf(target, tools), tools);
  try {
    if (look) return presented(target, server, look);
    throw isNowhere(error) && target.word !== undefined ? neither(target.word) : error;
  } catch (failure) {
    return { ...unusable(TITLE, failure), known: { server } };
  }
};

function serverOf({ host, port, beginning }: ServerTarget, { rules }: Tools): Server {
  const to = detour(host, port, rules);
  return {
    place: { host: withoutBrackets(host), port: Number(port) },
    connectTo: { host: withoutBrackets(to.addresses?.[0] ?? to.host), port: Number(to.port) },
    beginning: beginning ?? beginningAt(Number(port)) ?? 'direct',
  };
}

interface Seen {
  readonly server: Server;
  readonly look?: Look;
  readonly error?: unknown;
}

/** Once more where the port is not of the protocol that its number is known for, and nobody said which it is. */
async function see(target: ServerTarget, server: Server, tools: Tools): Promise<Seen> {
  const first = await tryLook(server, tools);
  const { error } = first;
  if (!(error instanceof ProbeError) || target.beginning !== undefined) return first;
  const greeting = error.said && greetingOf(error.said);
  if (server.beginning === 'direct') {
    // Of a server that has greeted, its own words count.
    return greeting === undefined ? first : tryLook({ ...server, beginning: greeting }, tools);
  }
  if (error.code !== 'probe-starttls-failed' && error.code !== 'probe-timeout') return first;
  const second = await tryLook({ ...server, beginning: 'direct' }, tools);
  return second.look ? second : first;
}

const tryLook = async (server: Server, { look }: Tools): Promise<Seen> =>
  look(server).then(
    (seen) => ({ server, look: seen }),
    (error: unknown) => ({ server, error }),
  );

function presented(target: ServerTarget, server: Server, look: Look): Found {
  const { host, port } = target;
  const { beginning } = server;
  const { servername, wrongName, staple } = look;
  const chain = look.chain.map((der) => decodeCertificate(der));
  const [certificate] = chain;
  if (!certificate) throw new InputError('certificate-not-found', `${host}:${port} presents no certificate`);
  const after = beginning === 'direct' ? '' : `, after STARTTLS (${beginning})`;
  return {
    findings: [
      ok(TITLE, `${host}:${port} presents ${formatName(certificate.subject)}${after}`),
      ...unusual(target, beginning),
      ...nameOf(look),
      orderOf(chain, certificate),
      ...trustOf(look),
      staple === undefined
        ? note('staple', 'none came with the handshake')
        : ok('staple', `${staple.length} bytes came with the handshake`),
    ],
    known: {
      server,
      chain,
      certificate,
      served: staple ?? null,
      keyType: look.keyType,
      ...(wrongName !== undefined && servername !== undefined && { wrongName }),
    },
  };
}

function unusual(target: ServerTarget, beginning: Beginning): Finding[] {
  const usual = target.beginning ?? beginningAt(Number(target.port)) ?? 'direct';
  if (beginning === usual) return [];
  const what = beginning === 'direct' ? 'TLS comes first' : `the server greets as ${beginning} before TLS`;
  return [
    note(TITLE, `${what}, as is not known of this port`, {
      advice: `say so to restaple check: --starttls ${beginning === 'direct' ? 'none' : beginning}`,
    }),
  ];
}

function nameOf({ wrongName, servername }: Look): Finding[] {
  if (wrongName === undefined) return [];
  return servername === undefined
    ? [
        note('name', wrongName, {
          meaning: 'asked by address, a server presents what it has for those who name nobody',
          advice: 'to ask for a name at this address: restaple doctor NAME --connect-to ::ADDRESS:PORT',
        }),
      ]
    : [
        problem('name', wrongName, {
          meaning: 'clients refuse the server; all that follows is about that other certificate',
          advice: 'let the server present the certificate of this name (server_name, ServerName)',
        }),
      ];
}

function trustOf({ untrusted }: Look): Finding[] {
  if (untrusted === undefined) return [];
  if (untrusted === CLIENT_CERTIFICATE_WANTED)
    return [note('trust', 'not known, as the server wants a certificate of its client')];
  const meaning = 'clients that know no other CAs than this machine refuse the server';
  return [note('trust', `nobody known here vouches for it (${untrusted})`, { meaning })];
}

const isNowhere = (error: unknown): boolean =>
  error instanceof ProbeError &&
  error.cause instanceof Error &&
  'code' in error.cause &&
  error.cause.code === 'ENOTFOUND';

const neither = (word: string): RestapleError =>
  new InputError('file-unreadable', 'there is neither a file nor a server of this name', word);
