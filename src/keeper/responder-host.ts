/**
 * The places at one host, shared by the issuers whose certificates name it. Anybody can make a CA whose certificates name
 * the host of another's responder, with a path that hangs or answers 503: each issuer has a door of its own, so that
 * nobody closes it for others, and they take turns for the places.
 *
 * An issuer for whose certificates a verified response came from here cannot be a stranger: no stranger has its key. Such
 * go first, and half of the places are for them alone. Then come those that nothing is known of, and last those that
 * were not answered: however many of these are made up, nobody waits for them but others of their kind.
 */
import { BoundedCache } from '../bounded-cache.ts';
import type { Caller } from './caller.ts';
import { type Places, ResponderGate } from './responder-gate.ts';
import type { Issuer } from './work.ts';

/** One host answers for a few dozen issuers. */
const MAX_PROVEN = 256;

const NOBODY: readonly never[] = [];

type Line<E extends Caller> = Set<ResponderGate<E>>;

export class ResponderHost<E extends Caller> implements Places<E> {
  readonly responder: string;
  readonly #most: number;
  readonly #mostUnproven: number;
  #inside = 0;
  /** Those for whom a place is held until they come. */
  readonly #called = new Set<E>();
  /** Those inside and called that came for an issuer without proof. */
  readonly #unproven = new Set<E>();
  readonly #gates = new Map<string, ResponderGate<E>>();
  readonly #proven = new BoundedCache<string, true>(MAX_PROVEN);
  /** The doors before which somebody waits for a place, in the order of their turns; of proven issuers first. */
  readonly #lines: readonly [Line<E>, Line<E>, Line<E>] = [new Set(), new Set(), new Set()];

  constructor(responder: string, most: number) {
    this.responder = responder;
    this.#most = most;
    this.#mostUnproven = Math.ceil(most / 2);
  }

  get half(): number {
    return this.#mostUnproven;
  }

  get gates(): Iterable<ResponderGate<E>> {
    return this.#gates.values();
  }

  /** Of how many issuers there is a door. */
  get size(): number {
    return this.#gates.size;
  }

  /** True when nobody has anything to do with it any more, and it can be forgotten. */
  get isIdle(): boolean {
    return (
      this.#inside + this.#called.size === 0 && Array.from(this.#gates.values()).every(({ isIdle }) => isIdle)
    );
  }

  gate({ key }: Issuer): ResponderGate<E> | undefined {
    return this.#gates.get(key);
  }

  gateOf(issuer: Issuer): ResponderGate<E> {
    let gate = this.#gates.get(issuer.key);
    if (!gate) this.#gates.set(issuer.key, (gate = new ResponderGate(issuer, this)));
    return gate;
  }

  drop(gate: ResponderGate<E>): void {
    for (const line of this.#lines) line.delete(gate);
    this.#gates.delete(gate.issuer.key);
  }

  hasPlace(entry: E, gate: ResponderGate<E>): boolean {
    return this.#called.has(entry) || this.#hasPlaceFor(gate);
  }

  enter(entry: E, gate: ResponderGate<E>): void {
    this.free(entry);
    this.#inside += 1;
    if (!this.#isProven(gate)) this.#unproven.add(entry);
  }

  leave(entry: E): void {
    this.#inside -= 1;
    this.#unproven.delete(entry);
  }

  free(entry: E): void {
    if (this.#called.delete(entry)) this.#unproven.delete(entry);
  }

  prove({ issuer }: ResponderGate<E>): void {
    this.#proven.set(issuer.key, true);
  }

  wait(gate: ResponderGate<E>): void {
    const line = this.#lineOf(gate);
    if (line.has(gate)) return;
    for (const other of this.#lines) other.delete(gate);
    line.add(gate);
  }

  call(): readonly E[] {
    if (this.#lines.every(({ size }) => size === 0)) return NOBODY;
    const called: E[] = [];
    for (const line of this.#lines) {
      for (const gate of line) {
        if (!this.#hasPlaceFor(gate)) break;
        line.delete(gate);
        const entry = gate.next();
        if (entry === undefined) continue;
        called.push(entry);
        this.#called.add(entry);
        if (!this.#isProven(gate)) this.#unproven.add(entry);
        // Its next turn comes after those of all others.
        if (gate.isCrowded) line.add(gate);
      }
    }
    return called;
  }

  #hasPlaceFor(gate: ResponderGate<E>): boolean {
    if (this.#inside + this.#called.size >= this.#most) return false;
    return this.#isProven(gate) || this.#unproven.size < this.#mostUnproven;
  }

  #isProven({ issuer }: ResponderGate<E>): boolean {
    return this.#proven.get(issuer.key) !== undefined;
  }

  #lineOf(gate: ResponderGate<E>): Line<E> {
    const [proven, unknown, refused] = this.#lines;
    if (this.#isProven(gate)) return proven;
    return gate.failures === 0 ? unknown : refused;
  }
}
