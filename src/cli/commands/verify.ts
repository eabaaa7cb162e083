/** `restaple verify RESPONSE --cert CERT`: every rule with its outcome, and what follows from them. */
import { InputError, RestapleError } from '../../errors.ts';
import { findIssuer, requireIssuer } from '../../issuer/find-issuer.ts';
import { loadCertificates } from '../../issuer/load-certificates.ts';
import type { VerifyOptions } from '../../ocsp/verify-response.ts';
import type { Certificate } from '../../x509/certificate.ts';
import { findLeaf } from '../../x509/chain.ts';
import { formatName } from '../../x509/name.ts';
import { TITLES } from '../describe/description.ts';
import { displayName } from '../describe/file-name.ts';
import { partsOf } from '../describe/parts.ts';
import { printError } from '../error-output.ts';
import { type ExitCode, exitCodeOf } from '../exit-codes.ts';
import { guarded } from '../guarded.ts';
import type { Io } from '../io.ts';
import { loadJudgement, loadNamed, namingFile } from '../judge-options.ts';
import { printJson } from '../json-output.ts';
import { readInput } from '../read-input.ts';
import { type Judged, judge } from '../verify/judged.ts';
import { judgedJson, notJudgedJson } from '../verify/report-json.ts';
import { printJudged } from '../verify/report-text.ts';
import type { VerifyFlags } from '../verbs/verify.ts';

export function verifyCommand(response: string, flags: VerifyFlags, io: Io): Promise<number> {
  return guarded(io, () => verify(response, flags, io), flags.json ? 'verify' : undefined);
}

async function verify(response: string, flags: VerifyFlags, io: Io): Promise<ExitCode> {
  let judged: Judged;
  try {
    const options = await loadOptions(flags, io);
    judged = judge(await loadResponse(response, io), options);
  } catch (error) {
    // Wrong usage is about no file, and a fault of restaple itself is no result: both are told by `guarded`.
    if (!(error instanceof RestapleError) || error.code === 'usage-invalid') throw error;
    if (flags.json) printJson(io, notJudgedJson(response, flags.cert, error));
    else printError(io, error, { subject: displayName(subjectOf(error) ?? flags.cert) });
    return exitCodeOf(error);
  }
  if (flags.json) printJson(io, judgedJson(response, flags.cert, judged));
  else printJudged(io, response, judged);
  return judged.exitCode;
}

const subjectOf = (error: RestapleError): string | undefined =>
  error instanceof InputError ? error.path : undefined;

async function loadOptions(flags: VerifyFlags, io: Io): Promise<VerifyOptions> {
  const judgement = await loadJudgement(flags);
  const chain = await namingFile(flags.cert, loadCertificates);
  const certificate = findLeaf(chain);
  const issuer = flags.issuer
    ? requireIssuer(certificate, await loadNamed(flags.issuer))
    : issuerInFile(certificate, chain);
  return { certificate, issuer, now: flags.at ?? io.now(), ...judgement };
}

function issuerInFile(certificate: Certificate, chain: readonly Certificate[]): Certificate {
  const issuer = findIssuer(certificate, chain);
  if (issuer) return issuer;
  const wanted = formatName(certificate.issuer);
  throw new InputError('issuer-not-found', `its issuer is not in the same file: ${wanted}`);
}

/** @throws InputError `format-unknown` when there is no response in the file, or more than one. */
async function loadResponse(path: string, io: Io): Promise<Buffer> {
  const parts = partsOf(await readInput(path, io), path);
  const [first, second] = parts.filter(({ kind }) => kind === 'ocsp-response');
  if (!first) {
    const kinds = [...new Set(parts.map(({ kind }) => TITLES[kind]))].join(', ');
    throw new InputError('format-unknown', `no OCSP response, but: ${kinds}`, path);
  }
  if (second) throw new InputError('format-unknown', 'more than one OCSP response in it', path);
  return first.der;
}
