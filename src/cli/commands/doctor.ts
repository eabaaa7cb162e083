/** `restaple doctor CERT | HOST[:PORT]`: what stands between a certificate and its staple. Writes nothing. */
import { randomBytes } from 'node:crypto';
import type { Target, Tools } from '../../doctor/check.ts';
import { diagnose } from '../../doctor/diagnose.ts';
import { formatPem } from '../../der/pem.ts';
import { InputError } from '../../errors.ts';
import { createHttpClient } from '../../http/client.ts';
import { systemLookup } from '../../http/connect-rules.ts';
import { systemInterfaces } from '../../http/own-addresses.ts';
import { proxyChoice } from '../../http/proxy-choice.ts';
import { tryConnection } from '../../probe/tcp.ts';
import { lookAt } from '../../probe/look.ts';
import { NONCE_BYTES } from '../../ocsp/extensions/nonce.ts';
import { monotonicMs } from '../../monotonic.ts';
import { DEFAULT_TIMEOUT_MS } from '../../staple/deadline.ts';
import { IssuerDirectory, issuerDirectoryPath } from '../../store/issuer-directory.ts';
import { printDiagnosis } from '../doctor/report-text.ts';
import { doctorJson } from '../doctor/report-json.ts';
import { targetOf } from '../doctor/target.ts';
import { typedOptions } from '../doctor/typed-options.ts';
import { EXIT, type ExitCode, exitCodeOf } from '../exit-codes.ts';
import { guarded } from '../guarded.ts';
import type { Io } from '../io.ts';
import { loadJudgement, loadNamed } from '../judge-options.ts';
import { printJson } from '../json-output.ts';
import { Progress } from '../progress.ts';
import { retryOptions } from '../retry-options.ts';
import type { DoctorFlags } from '../verbs/doctor.ts';
import { VERSION } from '../version.ts';

/** For name look-up, TCP and TLS together; some mail servers let strangers wait six seconds for their greeting. */
const LOOK_TIMEOUT_MS = 10_000;

export function doctorCommand(target: string, flags: DoctorFlags, io: Io): Promise<number> {
  return guarded(io, () => examine(target, flags, io), flags.json ? 'doctor' : undefined);
}

/** @throws InputError for wrong usage and for files named by options that cannot be read. */
async function examine(target: string, flags: DoctorFlags, io: Io): Promise<ExitCode> {
  const tools = await buildTools(flags, io);
  let step = '';
  const progress = new Progress(io, () => `looking at ${step}`);
  try {
    const diagnosis = await diagnose(meant(target, flags), tools, (what) => (step = what));
    progress.end();
    const exitCode = diagnosis.error ? exitCodeOf(diagnosis.error) : EXIT.ok;
    if (flags.json) printJson(io, doctorJson(target, diagnosis, exitCode));
    else printDiagnosis(io, diagnosis);
    return exitCode;
  } finally {
    progress.end();
    tools.client.close();
  }
}

function meant(text: string, { starttls }: DoctorFlags): Target {
  const target = targetOf(text);
  if (starttls === undefined) return target;
  if (target.kind === 'server') return { ...target, beginning: starttls };
  throw new InputError('usage-invalid', `--starttls is for a server, and ${text} is a file`);
}

async function buildTools(flags: DoctorFlags, io: Io): Promise<Tools> {
  const judgement = await loadJudgement(flags);
  const givenIssuers = flags.issuer && (await loadNamed(flags.issuer));
  const ca = flags.cacert && (await loadNamed(flags.cacert));
  const allowHosts = flags.allowHost ?? [];
  const way = {
    allowPrivate: flags.allowPrivate,
    connectTo: flags.connectTo ?? [],
    resolve: flags.resolve ?? [],
    lookup: systemLookup,
    interfaces: systemInterfaces,
    proxyFor: proxyChoice(flags.proxy, io.env),
  };
  const cacheDirectory = issuerDirectoryPath(io.env);
  return {
    now: () => io.now(),
    client: createHttpClient({ ...way, ...(ca && { ca }), allowHosts, userAgent: `restaple/${VERSION}` }),
    rules: { ...way, allowHosts: new Set(allowHosts) },
    connect: tryConnection,
    look: ({ place, connectTo, beginning }, keyType) =>
      lookAt(place, {
        connectTo,
        beginning,
        keyType,
        timeoutMs: flags.timeout ?? LOOK_TIMEOUT_MS,
        ca: ca?.map(({ raw }) => formatPem('CERTIFICATE', raw)),
        lookup: systemLookup,
        clock: monotonicMs,
      }),
    issuerCache: cacheDirectory === undefined ? undefined : new IssuerDirectory(cacheDirectory),
    givenIssuers,
    givenUrls: flags.url,
    headers: flags.header ?? [],
    method: flags.method,
    hash: flags.hash,
    retry: retryOptions(flags.retries),
    nonce: flags.nonce ? () => randomBytes(NONCE_BYTES) : undefined,
    judgement,
    crl: flags.crl,
    typed: typedOptions(flags),
    timeoutMs: flags.timeout ?? DEFAULT_TIMEOUT_MS,
  };
}
