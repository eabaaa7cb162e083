/** What the response shall answer: the certificates of the flags, or those that a request or response names itself. */
import type { AskedCertificate, CertID } from '../../ocsp/cert-id.ts';
import { createCertID, encodeCertID, matchesCertID } from '../../ocsp/cert-id.ts';
import { requireIssuer } from '../../issuer/find-issuer.ts';
import { loadCertificates } from '../../issuer/load-certificates.ts';
import { InputError } from '../../errors.ts';
import { ocspUrls } from '../../x509/authority-info-access.ts';
import type { Certificate } from '../../x509/certificate.ts';
import { findLeaf } from '../../x509/chain.ts';
import { isCa } from '../../x509/basic-constraints.ts';
import { serialNumberHex } from '../describe/serial-number.ts';
import { namingFile } from '../judge-options.ts';
import type { Asked } from './settings.ts';

export interface Question {
  /** What stands before the status: the file or number that was typed. */
  readonly name: string;
  readonly certID: CertID;
  /** Without it only `-noverify` can read the answer. */
  readonly subject: Subject | undefined;
  /** The OCSP URLs that the certificate names. */
  readonly responders: readonly string[];
}

export interface Subject {
  readonly certificate: AskedCertificate;
  readonly issuer: Certificate;
}

/** @throws InputError, DerError for files that cannot be read, or an issuer that is not the one. */
export async function questionsOf(asked: readonly Asked[]): Promise<readonly Question[]> {
  const questions: Question[] = [];
  for (const { name, serialNumber, issuerFile, hash } of asked) {
    const issuers = await namingFile(issuerFile, loadCertificates);
    const { subject, responders } = serialNumber
      ? ofSerial(serialNumber, issuers, issuerFile)
      : await ofFile(name, issuers);
    const certID = createCertID(subject.certificate, subject.issuer, hash);
    questions.push({ name, certID, subject, responders });
  }
  return questions;
}

interface Known {
  readonly subject: Subject;
  readonly responders: readonly string[];
}

async function ofFile(file: string, issuers: readonly Certificate[]): Promise<Known> {
  const certificate = findLeaf(await namingFile(file, loadCertificates));
  return {
    subject: { certificate, issuer: requireIssuer(certificate, issuers) },
    responders: ocspUrls(certificate),
  };
}

/** Nothing but the number is known: nobody can say which of several CA certificates is meant. */
function ofSerial(serialNumber: Buffer, issuers: readonly Certificate[], file: string): Known {
  const cas = issuers.length > 1 ? issuers.filter((one) => isCa(one)) : issuers;
  const [issuer, another] = cas;
  if (!issuer || another) {
    const reason = `${cas.length} CA certificates in it, and -serial does not say of which one the number is`;
    throw new InputError('certificate-ambiguous', reason, file);
  }
  return { subject: subjectOf(serialNumber, issuer), responders: [] };
}

/** A certificate cannot be expected to outlive its issuer: that is all there is to say about its end. */
const subjectOf = (serialNumber: Buffer, issuer: Certificate): Subject => ({
  certificate: { issuer: issuer.subject, serialNumber, notAfter: issuer.notAfter },
  issuer,
});

/** Responders answer for some ten at most; each of thousands would be verified on its own. */
const MAX_QUESTIONS = 100;

/**
 * The questions that CertIDs ask by themselves, each once, with their issuers as far as `issuers` has them.
 *
 * @throws InputError `usage-invalid` when there are too many.
 */
export function questionsFrom(certIDs: readonly CertID[], issuers: readonly Certificate[]): Question[] {
  const different = new Map(certIDs.map((certID) => [encodeCertID(certID).toString('latin1'), certID]));
  if (different.size > MAX_QUESTIONS) {
    const reason = `about ${different.size} certificates, more than ${MAX_QUESTIONS}`;
    throw new InputError('usage-invalid', `${reason}: name those that are meant with -cert or -serial`);
  }
  return Array.from(different.values(), (certID) => {
    const candidates = issuers.map((issuer) => subjectOf(certID.serialNumber, issuer));
    const subject = candidates.find(({ certificate, issuer }) => matchesCertID(certID, certificate, issuer));
    return { name: `0x${serialNumberHex(certID.serialNumber)}`, certID, subject, responders: [] };
  });
}
