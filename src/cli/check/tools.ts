/** What the user said about servers and how they are judged, and how the world is reached. */
import type { HttpClient } from '../../http/client.ts';
import type { Detours } from '../../http/detours.ts';
import type { HeaderList } from '../../http/headers.ts';
import type { Limiter } from '../../http/limiter.ts';
import type { IssuerFetcher } from '../../issuer/fetch-issuer.ts';
import type { KeyType } from '../../probe/key-type.ts';
import type { LookOptions } from '../../probe/look.ts';
import type { Beginning } from '../../probe/ports.ts';
import type { ProxyProtocol } from '../../probe/proxy-protocol.ts';
import type { Certificate } from '../../x509/certificate.ts';
import type { Judgement } from '../judge-options.ts';
import type { Asked } from './asked.ts';
import type { Thresholds } from './thresholds.ts';

export interface CheckTools {
  readonly now: () => Date;
  /** Milliseconds since some moment. */
  readonly clock: () => number;
  readonly lookup: LookOptions['lookup'];
  /** For responders, issuers and CRLs: with the address rules for URLs out of certificates. */
  readonly client: HttpClient;
  readonly limiter: Limiter;
  readonly issuers: IssuerFetcher;
  /** Servers that are looked at side by side. */
  readonly places: Limiter;
  /** CRLs that are fetched side by side: each is held whole. */
  readonly crls: Limiter;
  readonly asked: Asked;
  readonly givenIssuers: readonly Certificate[] | undefined;
  /** Who vouches for servers, in place of those that Node knows. */
  readonly ca: readonly Certificate[] | undefined;
  readonly judgement: Judgement;
  readonly headers: HeaderList;
  readonly detours: Detours;
  /** `undefined`: by the port. */
  readonly beginning: Beginning | undefined;
  readonly servername: string | undefined;
  readonly proxyProtocol: ProxyProtocol | undefined;
  readonly version: LookOptions['minVersion'];
  /** Each of these must be there; empty: all that there are. */
  readonly keyTypes: readonly KeyType[];
  readonly allAddresses: boolean;
  /** Handshakes for each certificate. */
  readonly repeat: number;
  /** For each connection, and for each answer of a responder. */
  readonly timeoutMs: number;
  readonly compare: boolean;
  /** Whom to compare with, in place of those in the certificate; the user named them. */
  readonly urls: readonly string[] | undefined;
  readonly crl: boolean;
  readonly thresholds: Thresholds;
  readonly signal: AbortSignal | undefined;
}
