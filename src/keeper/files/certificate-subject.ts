/** A certificate as the keeper's real world names it: where it lies, where its staple goes, how it is asked for. */
import type { HttpClient } from '../../http/client.ts';
import type { HeaderList } from '../../http/headers.ts';
import type { Limiter } from '../../http/limiter.ts';
import type { VerifyOptions } from '../../ocsp/verify-response.ts';
import type { Certificate } from '../../x509/certificate.ts';
import type { Policy } from '../../staple/policy.ts';
import type { ResponderRule } from './responder-rules.ts';

/** There may be a million: the settings are one object for all that share them, and nothing is parsed and kept here. */
export interface CertificateSubject {
  /** SHA-256 of the certificate in DER, as lower-case hex. */
  readonly key: string;
  /** Files that hold it; the first is read. */
  readonly paths: readonly string[];
  /** Files that its staple is published to. */
  readonly outputs: readonly string[];
  /** Names of the servers that some of these are for. */
  readonly servers: readonly string[];
  /** By path, where not each of the files is for all of these: files of one name would be taken for each other. */
  readonly serversOf?: ReadonlyMap<string, readonly string[]>;
  /** The directory or pattern that the first file was found by. */
  readonly foundIn: string | undefined;
  readonly settings: SubjectSettings;
}

/** What is the same for all certificates of one entry of the config, or of one command line. */
export interface SubjectSettings {
  /** In place of those in the certificate. The user named them, so they may lead anywhere. */
  readonly urls: readonly string[] | undefined;
  /** One of them must be the issuer. */
  readonly givenIssuers: readonly Certificate[] | undefined;
  readonly headers: HeaderList;
  readonly method: 'auto' | 'get' | 'post';
  readonly hash: 'sha1' | 'sha256';
  readonly judgement: Omit<VerifyOptions, 'certificate' | 'issuer' | 'now' | 'nonce'>;
  readonly client: HttpClient;
  /** Bounds the downloads of issuers; the keeper bounds the rest by itself. */
  readonly limiter: Limiter;
  /** For the whole attempt over all URLs. */
  readonly timeoutMs: number;
  /** When it is asked for, and when that is worth an alarm. */
  readonly policy: Policy;
  /** The first that fits counts. */
  readonly responders: readonly ResponderRule[];
}
