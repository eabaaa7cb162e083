/** The keeper's real world: certificate files, responders behind sockets, the store, and the files that servers read. */
import { InputError, RestapleError } from '../../errors.ts';
import { BoundedCache } from '../../bounded-cache.ts';
import { hostOf } from '../../http/place.ts';
import { createCertID } from '../../ocsp/cert-id.ts';
import type { KeptResponse } from '../../staple/fetch-response.ts';
import { Pace } from '../../pace.ts';
import type { Life } from '../../staple/policy.ts';
import type { Staple } from '../../staple/staple.ts';
import type { StapleStore } from '../../store/staple-store.ts';
import { respondersOf } from '../../subject/subject.ts';
import { printable } from '../../text.ts';
import type { Certificate } from '../../x509/certificate.ts';
import { formatName } from '../../x509/name.ts';
import type { Clock } from '../clock.ts';
import type { Answer, Issuer, IsUnwanted, Kept, Memory, Opened, Validators, Work } from '../work.ts';
import { askGroups } from './ask.ts';
import type { CertificateSubject } from './certificate-subject.ts';
import { type CertificateSource, Certificates, type Read } from './certificates.ts';
import { judgesOf } from './judges.ts';
import { type Note, formatNote, parseNote } from './note.ts';
import { groupsOf } from './responder-rules.ts';
import { type Shelf, diskShelf } from './shelf.ts';
import type { VerifiedResponse } from './verified-response.ts';
import type { Witness } from './witness.ts';

/** Certificates come from files, and staples rest in a store, unless the caller has another place for both. */
export type FilesWorkOptions = {
  readonly clock: Clock;
  readonly witness?: Witness | undefined;
} & ({ readonly store: StapleStore } | { readonly shelf: Shelf; readonly certificates: CertificateSource });

/** A machine meets a few dozen issuing CAs. */
const MAX_ISSUERS = 256;

/** What the note says besides the keeper's memory. */
type Facts = Omit<Note, 'memory'>;

export class FilesWork implements Work<CertificateSubject, VerifiedResponse> {
  readonly #shelf: Shelf;
  readonly #clock: Clock;
  readonly #witness: Witness | undefined;
  readonly #certificates: CertificateSource;
  readonly #facts = new WeakMap<CertificateSubject, Facts>();
  readonly #issuers = new BoundedCache<string, Issuer>(MAX_ISSUERS);
  readonly #pace = new Pace();

  constructor(options: FilesWorkOptions) {
    const { clock, witness } = options;
    this.#clock = clock;
    this.#witness = witness;
    this.#shelf = 'shelf' in options ? options.shelf : diskShelf(options.store);
    this.#certificates =
      'shelf' in options ? options.certificates : new Certificates(options.store.issuers, clock);
  }

  /** @throws RestapleError where the certificate cannot be read, or its issuer cannot be had. */
  async open(
    subject: CertificateSubject,
    aside?: () => void,
    isUnwanted: IsUnwanted = () => false,
  ): Promise<Opened> {
    // Where all is well, nothing here waits for anything: ten thousand in a row would keep signals waiting for seconds.
    if (this.#pace.isOver()) await this.#pace.rest();
    const { settings } = subject;
    const read = await this.#certificates.read(subject);
    const { certificate, mustStaple } = read;
    const { memory, answered } = this.#noteOf(subject) ?? {};
    const notBefore = certificate.notBefore.getTime();
    const notAfter = certificate.notAfter.getTime();
    const facts: Facts = {
      certificate: read.path,
      files: subject.outputs,
      mustStaple,
      notAfter,
      answered,
    };
    this.#facts.set(subject, facts);
    const asked = this.#urlsOf(read, subject);
    if (typeof asked === 'string') {
      this.#facts.set(subject, { ...facts, silence: asked });
      const nothing = { staple: undefined, published: [], unwritten: undefined, damaged: [] };
      const nobody = { responder: undefined, issuer: undefined, silence: asked };
      return { ...nothing, memory, ...nobody, mustStaple, notBefore, notAfter };
    }

    const issuer = await this.#certificates.issuerOf(read, subject, aside);
    const groups = groupsOf(asked, settings.urls !== undefined, issuer, settings.responders);
    const [group] = groups;
    this.#witness?.met(subject, { certificate, issuer, groups, revoked: memory?.revoked });
    const judges = judgesOf(certificate, issuer, settings, this.#clock);
    const places = this.#shelf.roomOf(subject);
    const { best, lacking: all, damaged } = places.look(judges.present);
    const lacking = best ? all.filter((path) => !isUnwanted(path, best.der)) : [];
    // What was good before it was revoked stays where it is until it ends, and goes nowhere else.
    const isSpread = best !== undefined && lacking.length > 0 && memory?.revoked === undefined;
    const put = isSpread ? await places.put(best, judges.standing, lacking) : undefined;
    const staple = put?.inPlace ?? best;
    if (staple && memory?.revoked === undefined)
      this.#witness?.holds(subject, { ...staple, certificate, issuer });
    const silence = group === undefined ? DISABLED : undefined;
    // Places are taken by host, whatever the path: one machine answers for many CAs.
    const [url = ''] = group?.urls ?? [];
    const responder = group && (hostOf(url) ?? printable(url));
    this.#facts.set(subject, { ...facts, responder, silence, ...(staple && lifeOf(staple)) });
    return {
      staple: staple && lifeOf(staple),
      published: put?.published ?? [],
      unwritten: put?.unwritten,
      damaged: damaged.map(({ path, message }) => ({
        path,
        message: `${message}; ${best ? 'replaced by a good staple' : 'to be fetched again'}`,
      })),
      memory,
      responder,
      issuer: group && this.#issuerFor(certificate, issuer),
      ...(silence !== undefined && { silence }),
      mustStaple,
      notBefore,
      notAfter,
    };
  }

  async ask(
    subject: CertificateSubject,
    known: Validators,
    signal: AbortSignal,
  ): Promise<Answer<VerifiedResponse>> {
    try {
      const answer = await this.#ask(subject, known, signal);
      if (answer.certStatus.type !== 'good') this.#witness?.heard(subject, answer.response);
      return answer;
    } catch (error) {
      this.#witness?.failed(subject);
      throw error;
    }
  }

  async #ask(
    subject: CertificateSubject,
    known: Validators,
    signal: AbortSignal,
  ): Promise<Answer<VerifiedResponse>> {
    const { settings } = subject;
    const read = await this.#certificates.read(subject);
    const { certificate } = read;
    const asked = this.#urlsOf(read, subject);
    if (typeof asked === 'string') throw new InputError('responder-url-missing', asked, read.path);
    const issuer = await this.#certificates.issuerOf(read, subject);
    const groups = groupsOf(asked, settings.urls !== undefined, issuer, settings.responders);
    if (groups.length === 0) throw new InputError('responder-url-missing', DISABLED, read.path);
    const judges = judgesOf(certificate, issuer, settings, this.#clock);
    const stored = this.#shelf.roomOf(subject).stored(judges.present);
    const kept = stored && this.#keptOf(stored, subject, known);
    const question = { certificate, issuer, groups, settings, kept, accept: judges.answer };
    const {
      value: verdict,
      der,
      responder,
      notModified,
      freshness,
    } = await askGroups(question, this.#clock, signal);
    const thisUpdate = verdict.thisUpdate.getTime();
    const facts = this.#facts.get(subject);
    if (facts) this.#facts.set(subject, { ...facts, answered: { responder, thisUpdate } });
    return {
      certStatus: verdict.certStatus,
      thisUpdate,
      validUntil: verdict.validUntil.getTime(),
      responder,
      notModified,
      etag: freshness.etag,
      lastModified: freshness.lastModified?.getTime(),
      freshForMs: freshness.freshForMs,
      response: { der, verdict, certificate, issuer },
    };
  }

  async keep(subject: CertificateSubject, response: VerifiedResponse): Promise<Kept> {
    const { certificate, issuer, ...staple } = response;
    const judges = judgesOf(certificate, issuer, subject.settings, this.#clock);
    const gone = await this.#renewalOf(subject);
    const outputs = gone ? [] : subject.outputs;
    const put = await this.#shelf.roomOf({ key: subject.key, outputs }).put(staple, judges.standing);
    const inPlace = put.inPlace ?? this.#shelf.roomOf(subject).look(judges.present).best ?? staple;
    this.#witness?.holds(subject, { der: inPlace.der, verdict: inPlace.verdict, certificate, issuer });
    const facts = this.#facts.get(subject);
    if (facts) this.#facts.set(subject, { ...facts, ...lifeOf(inPlace) });
    return { staple: lifeOf(inPlace), published: put.published, unwritten: put.unwritten ?? gone };
  }

  remember(subject: CertificateSubject, memory: Memory): void {
    const facts = this.#facts.get(subject) ?? this.#noteOf(subject);
    if (facts) this.#shelf.saveNote(subject.key, formatNote({ ...facts, memory }));
  }

  /** Why the files that servers read are not to get this staple: they belong to the certificate that is there now. */
  async #renewalOf(subject: CertificateSubject): Promise<RestapleError | undefined> {
    try {
      await this.#certificates.read(subject);
      return undefined;
    } catch (error) {
      if (error instanceof RestapleError) return error;
      throw error;
    }
  }

  #issuerFor(certificate: Certificate, issuer: Certificate): Issuer {
    const key = createCertID(certificate, issuer).issuerKeyHash.toString('hex');
    let known = this.#issuers.get(key);
    if (!known) this.#issuers.set(key, (known = { key, name: formatName(issuer.subject) }));
    return known;
  }

  #noteOf({ key }: CertificateSubject): Note | undefined {
    const text = this.#shelf.loadNote(key);
    return text === undefined ? undefined : parseNote(text);
  }

  /** The responders of a certificate, or why there is nobody to ask. */
  #urlsOf(read: Read, { settings }: CertificateSubject): readonly string[] | string {
    try {
      const responders = respondersOf(read, settings.urls, new Date(this.#clock.now()));
      return responders === 'noRevAvail' ? NO_REV_AVAIL : responders.urls;
    } catch (error) {
      if (error instanceof InputError) return error.message;
      throw error;
    }
  }

  /** An ETag is sent only while the response that it came with is the one at hand, and to whom it came from. */
  #keptOf(stored: Staple, subject: CertificateSubject, known: Validators): KeptResponse {
    const { der: body, verdict } = stored;
    const modified = verdict.thisUpdate;
    const answered = this.#facts.get(subject)?.answered;
    if (answered?.thisUpdate !== modified.getTime()) return { body, modified };
    const { etag, lastModified } = known;
    const { responder } = answered;
    return {
      body,
      modified: lastModified === undefined ? modified : new Date(lastModified),
      etag,
      responder,
    };
  }
}

const NO_REV_AVAIL = 'the CA publishes no revocation for this certificate (noRevAvail)';
const DISABLED = 'its responder is not to be asked, says the config';

const lifeOf = ({ verdict }: Pick<Staple, 'verdict'>): Life => ({
  thisUpdate: verdict.thisUpdate.getTime(),
  validUntil: verdict.validUntil.getTime(),
});
