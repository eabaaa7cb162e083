/** The whole road from a certificate or a server to a staple, walked to see what is wrong with it. Writes nothing. */
import type { RestapleError } from '../errors.ts';
import { ask } from './ask.ts';
import type { Conclusion } from './advice.ts';
import { checkCertificateFile } from './certificate-file.ts';
import { checkCertificate } from './certificate.ts';
import type { Check, Known, Target, Tools } from './check.ts';
import { checkContentType } from './content-type.ts';
import { checkClock } from './clock.ts';
import { conclude } from './conclusion.ts';
import { checkDns } from './dns.ts';
import { checkEdge } from './edge.ts';
import { checkCrl } from './crl.ts';
import type { Finding } from './finding.ts';
import { checkIssuer } from './issuer.ts';
import { checkLife } from './life.ts';
import { checkOtherKey } from './other-key.ts';
import { checkResponderUrl } from './responder-url.ts';
import { checkRules } from './rules.ts';
import { checkServed } from './served.ts';
import { checkServer } from './server.ts';
import { checkTcp } from './tcp.ts';
import { tryWays } from './ways.ts';

/** In the order of the road, which is also that in which `fetch` would fail. */
const CHECKS: readonly (readonly [what: string, check: Check])[] = [
  ['the file', checkCertificateFile],
  ['the server', checkServer],
  ['the certificate', checkCertificate],
  ['the OCSP URL', checkResponderUrl],
  ['the issuer', checkIssuer],
  ['the CRL', checkCrl],
  ['DNS', checkDns],
  ['TCP', checkTcp],
  ['the answer', ask],
  ['the edge', checkEdge],
  ['the Content-Type', checkContentType],
  ['other ways to ask', tryWays],
  ['the rules', checkRules],
  ['the clock', checkClock],
  ['the time left', checkLife],
  ['what is served', checkServed],
  ['the other key', checkOtherKey],
];

export interface Diagnosis extends Conclusion {
  readonly findings: readonly Finding[];
  /** With which `fetch` would fail; `undefined` when it would not. */
  readonly error: RestapleError | undefined;
  readonly known: Known;
}

/** Each check builds on those before it; one that lacks what it needs finds nothing. `begin` is told what comes next. */
export async function diagnose(
  target: Target,
  tools: Tools,
  begin: (what: string) => void,
): Promise<Diagnosis> {
  let known: Known = { target };
  let error: RestapleError | undefined;
  const findings: Finding[] = [];
  for (const [what, check] of CHECKS) {
    begin(what);
    const found = await check(known, tools);
    findings.push(...found.findings);
    known = { ...known, ...found.known };
    error ??= found.error;
  }
  return { findings, error, known, ...conclude(error, known, findings, tools) };
}
