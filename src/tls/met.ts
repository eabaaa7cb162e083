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
  readonly own: Met | undefined;
  readonly isForName: boolean;
  /** It is known what the server's own context holds. */
  readonly isSure: boolean;
  /** Where all that may be in the same context is. */
  readonly likely: Met | undefined;
}

/** What shares the server's own context with a certificate: for certain, and by its names alone. */
interface Partners {
  readonly sure: readonly Met[];
  readonly likely: readonly Met[];
}

/**
 * Whether the server's own certificates of other types may be presented in place of that of a name: this Node shows it in
 * the first handshake where that makes a difference. Those that are known not to do it from their release on need not.
 */
let areMixed: boolean | undefined = Number.parseInt(process.versions.node, 10) >= 26 ? false : undefined;

export class MetCertificates {
  /** As many as the program names. */
  readonly #named = new ContentCache<Met>(Infinity);
  readonly #met: ContentCache<Met>;
  #count = 0;
  #unguessed = 0;
  readonly #byName = new Map<string, Met[]>();
  readonly #guesses = new WeakMap<TLSSocket, Guess>();
  readonly #ownOf: (context: object | undefined) => readonly Buffer[] | undefined;
  readonly #meetUnknown: (raw: Buffer, issuer: Buffer | null) => void;

  /**
   * @param meetUnknown called with a certificate that nobody has told of, or that was forgotten.
   * @param ownOf what is loaded in the server's own context, as `OwnContext` has it.
   */
  constructor(
    meetUnknown: (raw: Buffer, issuer: Buffer | null) => void,
    ownOf: (context: object | undefined) => readonly Buffer[] | undefined,
    limit: number = MAX_MET,
  ) {
    this.#meetUnknown = meetUnknown;
    this.#ownOf = ownOf;
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
    const named = underway?.isNamed === true ? raw : (underway?.own ?? raw);
    const asked = this.#find(named, named.equals(raw) ? issuer : null);
    if (!asked) return undefined;
    const mustCheck = asked === alone || isChecked(asked);
    const loaded = this.#ownOf(underway?.context);
    const isForName = underway?.isNamed ?? (loaded !== undefined && !loaded.some((one) => one.equals(named)));
    const ownRaw = underway?.own ?? loaded?.at(-1);
    const own = isForName ? ownRaw && this.#find(ownRaw, null) : asked;
    const { sure, likely } = own ? this.#partnersOf(own, loaded) : { sure: [], likely: [] };
    const about = (more: readonly Met[]): Met | undefined => chosenBy(underway?.socket, [asked, ...more]);
    const [few, all] = isForName ? [own ? [own, ...sure] : sure, likely] : [sure, likely];
    const other = ({ type }: Met): boolean => type !== asked.type;
    const mixed = [few, [...few, ...all]].map((more) => about(more.filter(other)));
    const views = isForName ? viewsOf(asked, mixed) : mixed;
    const [chosen] = views;
    const socket = underway?.socket;
    const guess = { asked, own, isForName, isSure: loaded !== undefined, likely: mixed.at(-1) };
    if (socket && mustCheck) this.#guesses.set(socket, guess);
    return views.every((view) => view === chosen) ? chosen?.raw : undefined;
  }

  /** A handshake is over: what it presented is what the next ones will. */
  check(socket: TLSSocket): void {
    const guess = this.#guesses.get(socket);
    if (!guess) {
      this.#learn(socket);
      return;
    }
    this.#guesses.delete(socket);
    const { asked, own, isForName, isSure, likely } = guess;
    const raw: unknown = Reflect.get(Object(socket.getCertificate()), 'raw');
    if (!Buffer.isBuffer(raw)) return;
    const presented = this.#find(raw, null);
    if (!presented) return;
    const isOther = presented.type !== asked.type;
    const isRefuted = presented === asked && likely !== undefined && likely !== asked;
    if (isForName) {
      if (isOther) areMixed = true;
      else if (isRefuted && isSure) areMixed ??= false;
    } else if (isOther) own?.seen.set(presented.type, presented);
    else if (isRefuted) own?.seen.set(likely.type, undefined);
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
    if (met) return met;
    this.#meetUnknown(raw, issuer);
    return this.#get(raw);
  }

  /**
   * Those of each other type in the server's own context, as its options say; where they say nothing, as handshakes have
   * shown, and the newest for the same name as long as none has shown otherwise.
   */
  #partnersOf(own: Met, loaded: readonly Buffer[] | undefined): Partners {
    if (loaded) {
      const byType = new Map<string, Met>();
      for (const raw of loaded) {
        const met = this.#find(raw, null);
        if (met && met.type !== own.type) byType.set(met.type, met);
      }
      return { sure: [...byType.values()], likely: [] };
    }
    const likely = new Map<string, Met>();
    for (const name of own.names) {
      for (const other of this.#byName.get(name) ?? []) {
        const known = likely.get(other.type);
        if (other.type === own.type || own.seen.has(other.type)) continue;
        if (!known || known.notBefore < other.notBefore) likely.set(other.type, other);
      }
    }
    const sure = [...own.seen.values()].filter((seen) => seen !== undefined);
    return { sure, likely: [...likely.values()] };
  }
}

/** Counts one more handshake. */
function isChecked(met: Met): boolean {
  met.handshakes += 1;
  return met.handshakes <= CHECKED_FIRST || met.handshakes % CHECKED_THEN === 0;
}

/** What a handshake for a name may present, as far as this Node is known: `mixed` is what it does where it mixes. */
function viewsOf(asked: Met, mixed: readonly (Met | undefined)[]): readonly (Met | undefined)[] {
  if (areMixed === undefined) return [asked, ...mixed];
  return areMixed ? mixed : [asked];
}

function chosenBy(socket: TLSSocket | undefined, candidates: readonly Met[]): Met | undefined {
  if (candidates.length === 1) return candidates[0];
  return socket && presentedOf(candidates, socket.getProtocol(), socket.getSharedSigalgs());
}

function namesOf(certificate: Certificate): readonly string[] {
  const names = attempt(() => subjectAltNames(certificate)) ?? [];
  const hosts = names.filter(({ type }) => type === 'DNS' || type === 'IP');
  return [...new Set(hosts.map(({ value }) => value.toLowerCase()))];
}
