/**
 * The certificates that a server presents, as handshakes name them, and which of them share a context: known from their
 * names beforehand, and from what handshakes presented.
 */
import type { TLSSocket } from 'node:tls';
import { attempt } from '../attempt.ts';
import { ContentCache } from '../bounded-cache.ts';
import type { Certificate } from '../x509/certificate.ts';
import { importPublicKey } from '../x509/public-key.ts';
import { subjectAltNames } from '../x509/subject-alt-name.ts';
import { MAX_MET } from './options.ts';
import { type Signs, handshakeUnderway, presentedOf } from './presented.ts';

/** Looking at what a handshake presented costs a few per cent of it: the first tell nearly all, the rest is sampled. */
const CHECKED_FIRST = 64;
const CHECKED_THEN = 16;

interface Met extends Signs {
  readonly raw: Buffer;
  readonly names: readonly string[];
  readonly notBefore: number;
  readonly notAfter: number;
  /** Those that share the server's own context with it, by their types; `undefined` for one that does not after all. */
  readonly seen: Map<string, Met | undefined>;
  handshakes: number;
}

/** What was thought to be presented in a handshake, until it is over. */
interface Guess {
  readonly asked: Met;
  /** Of the server's own context. */
  readonly own: Met;
  readonly chosen: Met | undefined;
}

export class MetCertificates {
  /** As many as the program names. */
  readonly #named = new ContentCache<Met>(Infinity);
  readonly #met: ContentCache<Met>;
  #count = 0;
  #unguessed = 0;
  readonly #byName = new Map<string, Met[]>();
  readonly #guesses = new WeakMap<TLSSocket, Guess>();
  readonly #meetUnknown: (raw: Buffer, issuer: Buffer | null) => void;

  /** @param meetUnknown called with a certificate that nobody has told of, or that was forgotten. */
  constructor(meetUnknown: (raw: Buffer, issuer: Buffer | null) => void, limit: number = MAX_MET) {
    this.#meetUnknown = meetUnknown;
    this.#met = new ContentCache<Met>(limit);
  }

  /** `named`: by the program. `met`: in a handshake; those are forgotten when there are too many. */
  meet(certificate: Certificate, how: 'named' | 'met', now: number): void {
    const known = this.#get(certificate.raw);
    if (known) {
      if (how === 'named') this.#name(known);
      return;
    }
    const key = attempt(() => importPublicKey(certificate.subjectPublicKeyInfo));
    const met: Met = {
      // A copy: the bytes may be a view into a whole file.
      raw: Buffer.from(certificate.raw),
      names: namesOf(certificate),
      notBefore: certificate.notBefore.getTime(),
      notAfter: certificate.notAfter.getTime(),
      type: key?.asymmetricKeyType ?? '',
      curve: key?.asymmetricKeyDetails?.namedCurve,
      seen: new Map(),
      handshakes: 0,
    };
    for (const name of met.names) {
      const others = this.#byName.get(name) ?? [];
      this.#byName.set(name, [...others, met]);
      // What was renewed is forgotten when it has ended.
      for (const other of others) if (other.notAfter <= now) this.#forget(other);
    }
    this.#count += 1;
    const gone = how === 'named' ? this.#named.set(met.raw, met) : this.#met.set(met.raw, met);
    if (gone) this.#forget(gone);
  }

  #get(raw: Buffer): Met | undefined {
    return this.#named.get(raw) ?? this.#met.get(raw);
  }

  #name(met: Met): void {
    this.#met.delete(met.raw);
    this.#named.set(met.raw, met);
  }

  #forget(met: Met): void {
    this.#count -= 1;
    this.#named.delete(met.raw);
    this.#met.delete(met.raw);
    for (const name of met.names) {
      const others = (this.#byName.get(name) ?? []).filter((other) => other !== met);
      if (others.length > 0) this.#byName.set(name, others);
      else this.#byName.delete(name);
    }
  }

  /**
   * The certificate that is about to be presented; `undefined` when that cannot be known.
   *
   * @param raw as `OCSPRequest` names it, in DER.
   */
  presented(raw: Buffer, issuer: Buffer | null): Buffer | undefined {
    const alone = this.#count === 1 ? this.#get(raw) : undefined;
    // There is nothing to tell it from.
    if (alone && !isChecked(alone)) return raw;
    const underway = handshakeUnderway();
    const isNamed = underway?.isNamed === true;
    const named = isNamed ? raw : (underway?.own ?? raw);
    const asked = this.#find(named, named === raw ? issuer : null);
    if (!asked) return named;
    const mustCheck = asked === alone || isChecked(asked);
    const own = isNamed && underway.own ? this.#find(underway.own, null) : asked;
    const partners = own ? this.#partnersOf(own) : [];
    const others = (own === asked || !own ? partners : [own, ...partners]).filter(
      ({ type }) => type !== asked.type,
    );
    const socket = underway?.socket;
    const chosen = others.length === 0 ? asked : socket && chosenBy(socket, asked, others, isNamed);
    if (socket && own && mustCheck) this.#guesses.set(socket, { asked, own, chosen });
    return chosen?.raw;
  }

  /** A handshake is over: what it presented is what the next ones will. */
  check(socket: TLSSocket): void {
    const guess = this.#guesses.get(socket);
    if (!guess) {
      this.#learn(socket);
      return;
    }
    this.#guesses.delete(socket);
    const { asked, own, chosen } = guess;
    const raw: unknown = Reflect.get(Object(socket.getCertificate()), 'raw');
    if (!Buffer.isBuffer(raw) || chosen?.raw.equals(raw) === true) return;
    const presented = this.#find(raw, null) ?? this.#get(raw);
    if (presented && presented.type !== asked.type) own.seen.set(presented.type, presented);
    else if (presented === asked && chosen) own.seen.set(chosen.type, undefined);
  }

  /**
   * Where nothing tells in which handshake a staple is asked for, the other certificate of a pair is known from what the
   * first ones present; until then the one that is known is taken for the only one.
   */
  #learn(socket: TLSSocket): void {
    this.#unguessed += 1;
    if (this.#count > 1 || this.#unguessed > CHECKED_FIRST) return;
    const raw: unknown = Reflect.get(Object(socket.getCertificate()), 'raw');
    if (Buffer.isBuffer(raw)) this.#find(raw, null);
  }

  #find(raw: Buffer, issuer: Buffer | null): Met | undefined {
    const met = this.#get(raw);
    if (!met) this.#meetUnknown(raw, issuer);
    return met;
  }

  /** The newest of each other type for the same name, unless handshakes have shown otherwise. */
  #partnersOf(own: Met): readonly Met[] {
    const partners = new Map<string, Met | undefined>();
    for (const name of own.names) {
      for (const other of this.#byName.get(name) ?? []) {
        const known = partners.get(other.type);
        if (other.type !== own.type && (!known || known.notBefore < other.notBefore))
          partners.set(other.type, other);
      }
    }
    for (const [type, seen] of own.seen) partners.set(type, seen);
    return [...partners.values()].filter((partner) => partner !== undefined);
  }
}

/** Counts one more handshake. */
function isChecked(met: Met): boolean {
  met.handshakes += 1;
  return met.handshakes <= CHECKED_FIRST || met.handshakes % CHECKED_THEN === 0;
}

function chosenBy(socket: TLSSocket, asked: Met, others: readonly Met[], isNamed: boolean): Met | undefined {
  const protocol = socket.getProtocol();
  // That of the name goes before the server's own, whichever type the client prefers.
  const candidates = isNamed && protocol === 'TLSv1.3' ? [asked] : [asked, ...others];
  return presentedOf(candidates, protocol, socket.getSharedSigalgs());
}

function namesOf(certificate: Certificate): readonly string[] {
  const names = attempt(() => subjectAltNames(certificate)) ?? [];
  const hosts = names.filter(({ type }) => type === 'DNS' || type === 'IP');
  return [...new Set(hosts.map(({ value }) => value.toLowerCase()))];
}
