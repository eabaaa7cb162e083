/** What does the server present, and does it staple at all? */
import { InputError, type RestapleError, TransportError } from '../errors.ts';
import { reason } from '../http/failure.ts';
import { detour } from '../http/detours.ts';
import { withoutBrackets } from '../http/place.ts';
import { decodeCertificate } from '../x509/certificate.ts';
import { formatName } from '../x509/name.ts';
import { orderOf, unusable } from './certificate-file.ts';
import { type Check, NOTHING } from './check.ts';
import { note, ok, problem } from './finding.ts';

/** For name look-up, TCP and TLS together. */
const CONNECT_TIMEOUT_MS = 5_000;

export const checkServer: Check = async ({ target }, { rules, readStaple }) => {
  if (target.kind !== 'server') return NOTHING;
  const { host, port, word } = target;
  const to = detour(host, port, rules);
  const server = {
    host: withoutBrackets(to.addresses?.[0] ?? to.host),
    port: to.port,
    servername: withoutBrackets(host),
  };
  const presented = await readStaple(server, CONNECT_TIMEOUT_MS).catch((error: unknown) => asError(error));
  if (presented instanceof Error) {
    const error = isNowhere(presented) && word !== undefined ? neither(word) : unreachable(target, presented);
    return { findings: [problem('server', error.message)], known: { server }, error };
  }
  try {
    const chain = presented.chain.map((der) => decodeCertificate(der));
    const [certificate] = chain;
    if (!certificate)
      throw new InputError('certificate-not-found', `${host}:${port} presents no certificate`);
    const { staple } = presented;
    return {
      findings: [
        ok('server', `${host}:${port} presents ${formatName(certificate.subject)}`),
        orderOf(chain, certificate),
        staple === undefined
          ? note('staple', 'none came with the handshake')
          : ok('staple', `${staple.length} bytes came with the handshake`),
      ],
      known: { server, chain, certificate, served: staple ?? null },
    };
  } catch (error) {
    return { ...unusable('server', error), known: { server } };
  }
};

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

const isNowhere = (error: Error): boolean => 'code' in error && error.code === 'ENOTFOUND';

const neither = (word: string): RestapleError =>
  new InputError('file-unreadable', 'there is neither a file nor a server of this name', word);

function unreachable(
  { host, port }: { readonly host: string; readonly port: string },
  error: Error,
): RestapleError {
  const message = `cannot make a TLS connection to ${host}:${port}: ${reason(error)}`;
  return new TransportError('http-unreachable', message, `https://${host}:${port}/`, undefined, {
    cause: error,
  });
}
