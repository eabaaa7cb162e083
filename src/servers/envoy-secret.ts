/**
 * A file by which Envoy is given one certificate: an `envoy.service.discovery.v3.DiscoveryResponse` in JSON, with one
 * `envoy.extensions.transport_sockets.tls.v3.Secret`, which has a `tls_certificate`.
 *
 * In a file that is there nothing but the staple is changed: Envoy may see certificate and key under other paths than
 * restaple does, in a container for instance. A key is only ever named.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { ServerError } from '../errors.ts';
import { readInputFile } from '../issuer/load-certificates.ts';
import { writeFileAtomically } from '../store/atomic-file.ts';

const TYPE = 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret';

type Fields = Readonly<Record<string, unknown>>;

/** The message, and in it the secret and its certificate as they are spelt there. */
export interface SecretFile {
  readonly response: Fields;
  readonly secret: Fields;
  readonly certificate: Fields;
}

/**
 * `undefined` when there is no file.
 *
 * @throws InputError `file-unreadable`, ServerError `server-refused` for a file that is something else.
 */
export function loadSecret(path: string): SecretFile | undefined {
  if (!existsSync(path)) return undefined;
  const found = secretOf(parse(readInputFile(path).toString('utf8')));
  if (found) return found;
  const message = `${path} holds something else than a DiscoveryResponse with one tls_certificate, in JSON`;
  throw new ServerError('server-refused', message);
}

/** @throws ServerError `server-refused` when no file is there that could be the key. */
export function newSecret(name: string, certificate: string): SecretFile {
  const key = keysBeside(certificate).find((path) => existsSync(path));
  if (key === undefined) {
    const message = `no key beside ${certificate}, neither of ${keysBeside(certificate).join(' and ')}, to name to Envoy`;
    throw new ServerError('server-refused', message);
  }
  return {
    response: {},
    secret: { '@type': TYPE, name },
    certificate: { certificate_chain: { filename: certificate }, private_key: { filename: key } },
  };
}

/** @throws InputError `output-unwritable` */
export async function saveSecret(
  path: string,
  { response, secret, certificate }: SecretFile,
  staple: Buffer | undefined,
): Promise<void> {
  const { ocsp_staple: _, ...others } = certificate;
  const stapled = staple ? { ...others, ocsp_staple: { inline_bytes: staple.toString('base64') } } : others;
  // Envoy shows it in its config dump: which staple it has got.
  const version = staple ? createHash('sha256').update(staple).digest('hex').slice(0, 16) : 'no-staple';
  const whole = { ...response, version_info: version, resources: [{ ...secret, tls_certificate: stapled }] };
  await writeFileAtomically(path, Buffer.from(`${JSON.stringify(whole, null, 2)}\n`));
}

/** As certbot, Kubernetes and administrators name the key of a certificate. */
function keysBeside(certificate: string): readonly string[] {
  const directory = dirname(certificate);
  const name = basename(certificate, extname(certificate));
  return [join(directory, `${name}.key`), join(directory, 'privkey.pem')];
}

function secretOf(response: unknown): SecretFile | undefined {
  if (!isFields(response) || !Array.isArray(response['resources'])) return undefined;
  const [secret, ...others]: readonly unknown[] = response['resources'];
  if (!isFields(secret) || secret['@type'] !== TYPE || others.length > 0) return undefined;
  const certificate = secret['tls_certificate'];
  return isFields(certificate) ? { response, secret, certificate } : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
