/** The contract of a check: it gets what is known so far, and tells what it found and what is known from then on. */
import type { CrlStatus } from '../crl/fetch-crl-status.ts';
import type { RestapleError } from '../errors.ts';
import type { HttpClient } from '../http/client.ts';
import type { HeaderList } from '../http/headers.ts';
import type { RouteRules } from '../http/route.ts';
import type { IssuerCache } from '../issuer/fetch-issuer.ts';
import type { ExpectedNonce } from '../ocsp/check-nonce.ts';
import type { Verdict, VerifyOptions } from '../ocsp/verify-response.ts';
import type { KeyType } from '../probe/key-type.ts';
import type { Look, Place as ServerPlace } from '../probe/look.ts';
import type { Beginning } from '../probe/ports.ts';
import type { RetryOptions } from '../staple/fetch-response.ts';
import type { TryConnection } from '../probe/tcp.ts';
import type { Certificate } from '../x509/certificate.ts';
import type { Finding } from './finding.ts';
import type { KnownResponder } from './known-responders.ts';
import type { OtherFile } from './other-file.ts';
import type { Exchange } from './recorder.ts';
import type { RetiredCa } from './retired-cas.ts';

/**
 * A certificate file, or a server that presents one: `host` as a URL spells it, `beginning` where it was typed. `word` is
 * what was typed when it could as well be a file that is not there.
 */
export type Target =
  | { readonly kind: 'file'; readonly path: string }
  | {
      readonly kind: 'server';
      readonly host: string;
      readonly port: string;
      readonly beginning?: Beginning | undefined;
      readonly word?: string | undefined;
    };

/** A server as it is looked at: by its name, at the place where `--connect-to` and `--resolve` lead. */
export interface Server {
  readonly place: ServerPlace;
  readonly connectTo: ServerPlace;
  readonly beginning: Beginning;
}

/** A responder as it is dialled. */
export interface Place {
  readonly url: URL;
  readonly port: string;
  readonly addresses: readonly string[];
}

/** What became of the question as `fetch` asks it. */
export interface Asked {
  readonly exchanges: readonly Exchange[];
  /** The response that counts, accepted or refused; `undefined` when nothing that could be one came. */
  readonly der: Buffer | undefined;
  /** What had to come back with it. */
  readonly nonce: ExpectedNonce | undefined;
  /** What refused it, or kept it from coming. */
  readonly error: RestapleError | undefined;
  /** Of an accepted one. */
  readonly verdict: Verdict | undefined;
  readonly method: 'GET' | 'POST' | undefined;
}

/** The same question, asked in another way. */
export interface Way {
  readonly kind: 'GET' | 'POST' | 'hash' | 'address' | 'name';
  readonly title: string;
  /** `fetch` asks so, with the options that were given. */
  readonly isUsual: boolean;
  /** What `fetch` is told for this. */
  readonly options: readonly string[];
  readonly method: 'auto' | 'get' | 'post';
  readonly hash: 'sha1' | 'sha256';
  readonly headers: HeaderList;
  /** The Host header, where that is what is other. */
  readonly host: string | undefined;
  /** `undefined`: it brings a response that keeps all rules. */
  readonly error: RestapleError | undefined;
}

/** Grows from check to check. What is not there could not be found out. */
export interface Known {
  readonly target: Target;
  readonly server?: Server;
  /** The kind of the key in its certificate. */
  readonly keyType?: KeyType | undefined;
  /** Why its certificate is not for the name that it was asked for. */
  readonly wrongName?: string;
  /** What the file is, when it is no certificate. */
  readonly otherFile?: OtherFile;
  /** All certificates, as they stand in the file or as the server sent them. */
  readonly chain?: readonly Certificate[];
  readonly certificate?: Certificate;
  /** What the server stapled; `null`: nothing. */
  readonly served?: Buffer | null;
  /** Why that is no good. */
  readonly servedError?: RestapleError;
  readonly mustStaple?: boolean;
  readonly noRevAvail?: boolean;
  readonly retired?: RetiredCa | undefined;
  readonly knownResponder?: KnownResponder | undefined;
  /** Whom to ask. */
  readonly urls?: readonly string[];
  readonly issuer?: Certificate;
  /** Why there is none. */
  readonly issuerError?: RestapleError;
  /** The file has the issuer, but `--issuer` named another. */
  readonly issuerInChain?: boolean;
  readonly places?: readonly Place[];
  /** A name was asked for, and nobody said whether there is such a name. */
  readonly isNameServerSilent?: boolean;
  /** One of the addresses at least takes connections. */
  readonly isAnyUp?: boolean;
  readonly asked?: Asked;
  /** Nobody is there to be asked, so that the CRL has the word. */
  readonly leftToCrl?: boolean;
  /** What the CRL says, or why there is none; only where it was asked for. */
  readonly crl?: CrlStatus;
  readonly crlError?: RestapleError;
  readonly ways?: readonly Way[];
  /** By how much our clock is ahead of the responder's, in milliseconds. */
  readonly aheadMs?: number;
}

/** What the user said, and how the world is reached. */
export interface Tools {
  readonly now: () => Date;
  readonly client: HttpClient;
  /** The same that the client goes by. */
  readonly rules: RouteRules;
  readonly connect: TryConnection;
  /** @throws ProbeError */
  readonly look: (server: Server, keyType?: KeyType) => Promise<Look>;
  /** Is read only. */
  readonly issuerCache: Pick<IssuerCache, 'load'> | undefined;
  readonly givenIssuers: readonly Certificate[] | undefined;
  readonly givenUrls: readonly string[] | undefined;
  readonly headers: HeaderList;
  readonly method: 'auto' | 'get' | 'post';
  readonly hash: 'sha1' | 'sha256';
  /** As `fetch` asks again. */
  readonly retry: Omit<RetryOptions, 'waiting'>;
  /** Makes one, when one is to be sent and demanded back. */
  readonly nonce: (() => Buffer) | undefined;
  readonly judgement: Pick<
    VerifyOptions,
    'allowSha1' | 'trustedSigners' | 'maxAgeMs' | 'allowMissingNextUpdate'
  >;
  /** Ask the CRL as well. */
  readonly crl: boolean;
  /** The options as they were typed: what is advised keeps them. */
  readonly typed: readonly (readonly [option: string, value?: string])[];
  /** For each attempt over all responders, in milliseconds. */
  readonly timeoutMs: number;
}

export interface Found {
  readonly findings: readonly Finding[];
  readonly known?: Partial<Known>;
  /** With this `fetch` would end. Of several checks that have one, the first counts. */
  readonly error?: RestapleError;
}

/** Never throws for what it looks at; finds nothing where it does not know enough to look. */
export type Check = (known: Known, tools: Tools) => Found | Promise<Found>;

export const NOTHING: Found = { findings: [] };
