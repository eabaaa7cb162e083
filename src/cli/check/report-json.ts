/** What was found as JSON; `docs/reference/cli.md` describes it. */
import { formatInstant } from '../../der/time.ts';
import { RestapleError, reasonOf } from '../../errors.ts';
import { printable } from '../../text.ts';
import { formatName } from '../../x509/name.ts';
import { type CrlJson, crlJson } from '../crl/crl-json.ts';
import { describeLife, type LifeDescription } from '../describe/life.ts';
import { serialNumberHex } from '../describe/serial-number.ts';
import { fingerprint } from '../describe/certificate.ts';
import { hintFor } from '../hints.ts';
import {
  type RevocationJson,
  type SignerJson,
  revocationJson,
  signerJson,
  timeJson,
} from '../status-json.ts';
import { type RuleJson, ruleJson } from '../verify/report-json.ts';
import { findingsOf, severityOfServer } from './check-server.ts';
import type { Presentation, ServerReport } from './presentation.ts';
import {
  type CheckExitCode,
  EXIT_CODES,
  type Finding,
  type Severity,
  type State,
  severityOf,
} from './states.ts';
import { keyName } from './words.ts';

interface FindingJson {
  readonly state: State;
  readonly severity: Severity;
  readonly message: string;
  readonly code: string | null;
  readonly hint: string | null;
}

export interface StapleJson extends RevocationJson {
  readonly bytes: number;
  readonly status: string;
  readonly thisUpdate: string | null;
  readonly nextUpdate: string | null;
  readonly validUntil: string | null;
  readonly life: LifeDescription | null;
  readonly signer: SignerJson | null;
  readonly rules: readonly RuleJson[];
}

export interface ResponderJson {
  readonly url: string | null;
  readonly status: string | null;
  readonly thisUpdate: string | null;
  readonly nextUpdate: string | null;
  readonly served: 'older' | 'same' | 'newer' | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

interface CertificateJson {
  readonly severity: Severity;
  readonly state: State;
  readonly address: string;
  readonly port: number;
  readonly servername: string | null;
  readonly tls: string;
  readonly cipher: string;
  readonly subject: string;
  readonly issuer: string;
  readonly issuerFrom: string | null;
  readonly serialNumber: string;
  readonly sha256Fingerprint: string;
  readonly key: string;
  readonly notBefore: string;
  readonly notAfter: string;
  readonly chain: readonly string[];
  readonly untrusted: string | null;
  readonly wrongName: string | null;
  readonly mustStaple: boolean;
  readonly noRevAvail: boolean;
  readonly ocspUrls: readonly string[];
  readonly handshakes: number;
  readonly stapled: number;
  readonly staple: StapleJson | null;
  readonly responder: ResponderJson | null;
  readonly crl: CrlJson | null;
  readonly findings: readonly FindingJson[];
}

interface ServerJson {
  readonly server: string;
  readonly host: string;
  readonly port: number;
  readonly severity: Severity;
  readonly exitCode: CheckExitCode;
  readonly state: State;
  readonly failures: readonly FindingJson[];
  readonly certificates: readonly CertificateJson[];
}

export interface CheckJson {
  readonly verb: 'check';
  readonly exitCode: CheckExitCode;
  readonly severity: Severity;
  readonly at: string;
  readonly servers: readonly ServerJson[];
}

export const checkJson = (reports: readonly ServerReport[], severity: Severity, now: Date): CheckJson => ({
  verb: 'check',
  exitCode: EXIT_CODES[severity],
  severity,
  at: formatInstant(now),
  servers: reports.map((report) => serverJson(report, now)),
});

/** Where it never came to a check. */
export const failedJson = (error: unknown): object => ({
  verb: 'check',
  exitCode: EXIT_CODES.UNKNOWN,
  severity: 'UNKNOWN',
  error: {
    code: error instanceof RestapleError ? error.code : 'internal',
    message: reasonOf(error),
    hint: hintFor(error),
  },
});

function serverJson(report: ServerReport, now: Date): ServerJson {
  const { target, presentations, failures } = report;
  const severity = severityOfServer(report);
  return {
    server: target.name,
    host: target.host,
    port: target.port,
    severity,
    exitCode: EXIT_CODES[severity],
    state: findingsOf(report)[0]?.state ?? 'unreachable',
    failures: failures.map(findingJson),
    certificates: presentations.map((one) => certificateJson(one, now)),
  };
}

const findingJson = (finding: Finding): FindingJson => ({
  state: finding.state,
  severity: severityOf(finding),
  message: finding.message,
  code: finding.code ?? null,
  hint: finding.hint ?? null,
});

function certificateJson(it: Presentation, now: Date): CertificateJson {
  const { certificate, look, issuer, findings, crl } = it;
  const [{ state }] = findings;
  return {
    severity: severityOf({ state }),
    state,
    address: look.address,
    port: look.port,
    servername: look.servername ?? null,
    tls: look.version,
    cipher: look.cipher,
    subject: formatName(certificate.subject),
    issuer: formatName(certificate.issuer),
    issuerFrom: issuer && !(issuer instanceof RestapleError) ? issuer.origin : null,
    serialNumber: serialNumberHex(certificate.serialNumber),
    sha256Fingerprint: fingerprint(certificate),
    key: keyName(it),
    notBefore: formatInstant(certificate.notBefore),
    notAfter: formatInstant(certificate.notAfter),
    chain: it.chain.map(({ subject }) => formatName(subject)),
    untrusted: look.untrusted ?? null,
    wrongName: look.wrongName ?? null,
    mustStaple: it.mustStaple,
    noRevAvail: it.noRevAvail,
    ocspUrls: it.ocspUrls.map(printable),
    handshakes: it.handshakes,
    stapled: it.stapled,
    staple: stapleJson(it, now),
    responder: responderJson(it),
    crl: crl ? crlJson(crl) : null,
    findings: findings.map(findingJson),
  };
}

function stapleJson({ staple }: Presentation, now: Date): StapleJson | null {
  if (!staple) return null;
  const { der, judged } = staple;
  const { status, verdict, single, rules } = judged;
  const end = verdict?.validUntil ?? single?.nextUpdate;
  return {
    bytes: der.length,
    status,
    thisUpdate: timeJson(single?.thisUpdate),
    nextUpdate: timeJson(single?.nextUpdate),
    validUntil: timeJson(verdict?.validUntil),
    life: single && end ? describeLife(single.thisUpdate, end, now) : null,
    ...revocationJson(single?.certStatus),
    signer: signerJson(verdict),
    rules: rules.map(ruleJson),
  };
}

function responderJson({ compared }: Presentation): ResponderJson | null {
  if (!compared) return null;
  const { responder, verdict, error, served } = compared;
  return {
    url: responder ?? null,
    status: verdict?.certStatus.type ?? null,
    thisUpdate: timeJson(verdict?.thisUpdate),
    nextUpdate: timeJson(verdict?.nextUpdate),
    served: served ?? null,
    error: error ? { code: error.code, message: error.message } : null,
  };
}
