/** Commands to type next, ready for a shell: each runs as it stands, with nothing left to fill in. */
import { shellWord } from '../shell-word.ts';
import { addressPort } from '../http/place.ts';
import { isAddress } from './address.ts';
import type { Known, Server, Tools } from './check.ts';

/** What curl calls by the same name and means by it. */
const OF_CURL: ReadonlySet<string> = new Set([
  '--header',
  '--connect-to',
  '--resolve',
  '--cacert',
  '--proxy',
]);

export class Commands {
  /** The certificate file; `undefined` for a server, which is asked for its chain. */
  readonly #file: string | undefined;
  readonly #server: Server | undefined;
  readonly #typed: Tools['typed'];

  constructor({ target, server }: Pick<Known, 'target' | 'server'>, { typed }: Pick<Tools, 'typed'>) {
    this.#file = target.kind === 'file' ? shellWord(operand(target.path)) : undefined;
    this.#server = server;
    this.#typed = typed;
  }

  /** `restaple fetch` with the options that were typed, but for those in `without` and those that `more` replaces. */
  fetch(more: readonly string[] = [], without: readonly string[] = []): string {
    const kept = this.#typed.filter((typed) => !without.includes(typed[0]) && !isReplaced(typed, more));
    const words = [...kept.flat().filter((word) => word !== undefined), ...more];
    const { input, file } = this.#chain('/dev/stdin');
    // Beside a pipe no file can be written.
    const output =
      this.#server && !more.includes('--stdout') ? ['-o', `${this.#server.place.host}.ocsp`] : [];
    return [`${input}restaple fetch`, file, ...[...words, ...output].map(shellWord)].join(' ');
  }

  /** What is in the certificate file. */
  inspect(): string {
    const { input, file } = this.#chain('-');
    return `${input}restaple inspect ${file}`;
  }

  /** What is in a response that may not be stapled. */
  inspectResponse(): string {
    return `${this.fetch(['--no-verify', '--stdout'])} | restaple inspect -`;
  }

  /** What is really there, by the same road: `-i` with headers, `-v` with the connection, `-s` without talk. */
  curl(view: '-i' | '-s' | '-si' | '-v', url: string, ...more: readonly string[]): string {
    const kept = this.#typed.filter(([option]) => OF_CURL.has(option));
    return this.of('curl', view, ...more, ...kept.flat().filter((word) => word !== undefined), url);
  }

  /** The server, looked at by another program. */
  connect(...more: readonly string[]): string {
    if (!this.#server) return this.inspect();
    const { place, connectTo, beginning } = this.#server;
    const name = isAddress(place.host) ? ['-noservername'] : ['-servername', place.host];
    const before = beginning === 'direct' ? [] : ['-starttls', beginning];
    const stream = beginning.startsWith('xmpp') ? ['-xmpphost', place.host] : [];
    const to = ['-connect', addressPort(connectTo.host, String(connectTo.port))];
    return `${this.of('openssl', 's_client', ...before, ...stream, ...to, ...name, ...more)} </dev/null`;
  }

  isTyped(option: string): boolean {
    return this.#typed.some(([one]) => one === option);
  }

  /** This again, with the protocol before TLS left for the doctor to find. */
  doctor(): string {
    if (!this.#server) return this.inspect();
    const { host, port } = this.#server.place;
    const typed = this.#typed.flat().filter((word) => word !== undefined);
    return this.of('restaple', 'doctor', addressPort(host, String(port)), ...typed);
  }

  of(...words: readonly string[]): string {
    return words.map(shellWord).join(' ');
  }

  #chain(standardInput: string): { readonly input: string; readonly file: string } {
    if (this.#file !== undefined) return { input: '', file: this.#file };
    return { input: `${this.connect('-showcerts')} 2>/dev/null | `, file: standardInput };
  }
}

/** What is typed once only; of headers the Host. */
function isReplaced([option, value = '']: Tools['typed'][number], more: readonly string[]): boolean {
  if (!more.includes(option) || option === '--allow-host') return false;
  return option !== '--header' || /^host:/i.test(value);
}

/** A path that no program takes for an option. */
export const operand = (path: string): string => (path.startsWith('-') ? `./${path}` : path);
