/** What makes the virtual hosts of Apache ask the relay; the cache is for the server as a whole. */
import { type Findings, type Place, RELAY, indentOf } from './found.ts';

const USE = 'SSLUseStapling on';
const URL = `http://${RELAY}/`;
const CACHE = 'SSLStaplingCache shmcb:ssl_stapling(512000)';
/** By default Apache staples an error when it has nothing, and keeps answers for an hour, also past their end. */
const MANNERS = [
  'SSLStaplingReturnResponderErrors off',
  'SSLStaplingFakeTryLater off',
  'SSLStaplingStandardCacheTimeout 60',
  'SSLStaplingErrorCacheTimeout 10',
];

interface At {
  readonly place: Place;
  readonly lastLine: number;
  readonly text: string;
}

interface Setting extends At {
  readonly value: string;
}

/** A virtual host, or what stands outside of all. */
interface Host {
  /** Its first line. */
  readonly head: Place | undefined;
  certificate?: At;
  use?: Setting;
  url?: Setting;
  /** Directives about stapling that stand there, in lower case. */
  readonly said: Set<string>;
}

export class ApacheHosts {
  readonly #findings: Findings;
  readonly #server: Host = { head: undefined, said: new Set() };
  readonly #hosts: Host[] = [];
  #here = this.#server;
  #hasCache = false;

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  /** @param name in lower case, with the `<` of a section. */
  line(name: string, value: string, at: At): void {
    if (name.startsWith('sslstapling')) this.#here.said.add(name);
    if (name === '<virtualhost') this.#hosts.push((this.#here = { head: at.place, said: new Set() }));
    else if (name === '</virtualhost>') this.#here = this.#server;
    else if (name === 'sslcertificatefile') this.#here.certificate ??= at;
    else if (name === 'sslusestapling') this.#here.use = { ...at, value: value.toLowerCase() };
    else if (name === 'sslstaplingforceurl') this.#here.url = { ...at, value };
    else if (name === 'sslstaplingcache') this.#hasCache = true;
  }

  /** When all is read: what is said for the whole server counts for its hosts, wherever it stands. */
  addEdits(): void {
    const all = [...this.#hosts, this.#server].flatMap((host) => {
      const { certificate } = host;
      return certificate ? [{ host, certificate }] : [];
    });
    const [first] = all;
    if (first && !this.#hasCache) this.#addCache(first.host, first.certificate);
    for (const { certificate, host } of all) this.#ask(host, certificate);
  }

  #ask(host: Host, { lastLine, place, text }: At): void {
    const findings = this.#findings;
    const indent = indentOf(text);
    const missing: string[] = [];
    if (host.use && host.use.value !== 'on') this.#replace(host.use, USE);
    else if ((host.use ?? this.#server.use)?.value !== 'on') missing.push(indent + USE);
    const url = host.url ?? this.#server.url;
    if (!url)
      missing.push(`${indent}SSLStaplingForceURL ${URL}`, ...this.#manners(host).map((one) => indent + one));
    else if (url.value !== URL)
      findings.remark(url.place, `${url.value} is asked, and not the relay at ${URL}`);
    if (missing.length > 0) findings.insert({ ...place, line: lastLine }, ...missing);
  }

  /** What somebody has said of it stays. */
  #manners({ said }: Host): readonly string[] {
    const isSaid = (name: string): boolean => said.has(name) || this.#server.said.has(name);
    return MANNERS.filter((one) => !isSaid(one.split(' ', 1).join('').toLowerCase()));
  }

  #replace({ lastLine, place, text }: Setting, option: string): void {
    this.#findings.replace(place, indentOf(text) + option);
    for (let line = place.line; line++ < lastLine;) this.#findings.replace({ ...place, line });
  }

  /** Within a virtual host Apache refuses it. */
  #addCache({ head }: Host, { lastLine, place, text }: At): void {
    if (head) this.#findings.insert({ ...head, line: head.line - 1 }, CACHE);
    else this.#findings.insert({ ...place, line: lastLine }, indentOf(text) + CACHE);
  }
}
