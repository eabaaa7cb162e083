/** Issuers that share the places at one host, strangers with a CA of their own among them. */
import { describe, expect, it } from 'vitest';
import type { Caller } from '../../src/keeper/caller.ts';
import type { ResponderGate } from '../../src/keeper/responder-gate.ts';
import { ResponderHost } from '../../src/keeper/responder-host.ts';

const NOW = Date.UTC(2026, 0, 5);
const HOUR = 3_600_000;
const PLACES = 8;

interface Guest extends Caller {
  readonly issuer: string;
}

const guest = (issuer: string): Guest => ({
  issuer,
  staple: 'there is one',
  phase: 'waiting',
  isKept: true,
  failures: 0,
  hasFailed: false,
  isQueued: false,
});

class Street {
  readonly host: ResponderHost<Guest> = new ResponderHost<Guest>('ocsp.test', PLACES);
  readonly inside: Guest[] = [];

  gate(issuer: string): ResponderGate<Guest> {
    return this.host.gateOf({ key: issuer, name: issuer });
  }

  /** Comes to the door, and goes in or waits. */
  come(one: Guest, now = NOW): boolean {
    const gate = this.gate(one.issuer);
    const isOpen = gate.isOpen(one, now);
    if (isOpen) {
      one.phase = 'asking';
      gate.enter(one);
      this.inside.push(one);
    } else gate.park(one, now + HOUR, now);
    return isOpen;
  }

  /** So many come one after the other. @returns how many are let in. */
  crowd(issuer: string, count: number): number {
    return Array.from({ length: count }, () => this.come(guest(issuer))).filter(Boolean).length;
  }

  /** Whoever has been inside longest comes out, not answered, and those who are called come in. @returns their issuers. */
  timeOut(now = NOW): string[] {
    const one = this.inside.shift();
    if (!one) throw new Error('nobody is inside');
    const gate = this.gate(one.issuer);
    gate.failed(one, now, now + HOUR);
    return this.#out(one, now);
  }

  /** The same for one who was answered. */
  answer(one: Guest, now = NOW): string[] {
    this.inside.splice(this.inside.indexOf(one), 1);
    const gate = this.gate(one.issuer);
    gate.prove();
    gate.succeeded(one);
    return this.#out(one, now);
  }

  #out(one: Guest, now: number): string[] {
    one.phase = 'waiting';
    const called = this.gate(one.issuer).leave(one);
    const entered = called.filter((next) => {
      next.phase = 'waiting';
      return this.come(next, now);
    });
    return entered.map(({ issuer }) => issuer);
  }
}

/** A street on which `issuer` was answered before. */
function knowing(...issuers: readonly string[]): Street {
  const street = new Street();
  for (const issuer of issuers) street.gate(issuer).prove();
  return street;
}

describe('the places of a host', () => {
  it('are all for issuers that it has answered for, and half of them for others', () => {
    expect(knowing('ca').crowd('ca', 20)).toBe(PLACES);
    expect(new Street().crowd('stranger', 20)).toBe(PLACES / 2);
    const street = knowing('ca');
    expect([street.crowd('a', 20), street.crowd('b', 20), street.crowd('ca', 20)]).toEqual([4, 0, 4]);
  });

  it('are all for an issuer as soon as one of its certificates is answered', () => {
    const street = new Street();
    street.crowd('ca', 20);
    const [first] = street.inside;
    if (!first) throw new Error('nobody is inside');
    expect(street.answer(first)).toHaveLength(5);
    expect(street.inside).toHaveLength(PLACES);
  });

  it('are taken in turns', () => {
    const street = knowing('a', 'b', 'c');
    street.crowd('a', 30);
    street.crowd('b', 30);
    street.crowd('c', 30);
    const turns: string[] = [];
    while (turns.length < 6) {
      const [first] = street.inside;
      if (first) turns.push(...street.answer(first));
    }
    expect(turns).toEqual(['a', 'b', 'c', 'a', 'b', 'c']);
  });

  it('are held for who was called, and free for others when he does not come', () => {
    const street = knowing('a', 'b');
    street.crowd('a', PLACES);
    const called = guest('b');
    street.come(called);
    const [first] = street.inside;
    if (!first) throw new Error('nobody is inside');
    street.inside.shift();
    expect(street.gate('a').leave(first)).toEqual([called]);
    called.phase = 'waiting';
    const late = guest('a');
    expect(street.come(late)).toBe(false);
    expect(street.gate('b').forget(called)).toEqual([late]);
  });
});

describe('a stranger on the host of a CA', () => {
  it('closes no door but his own', () => {
    const street = knowing('ca');
    street.crowd('stranger', 30);
    for (let left = 4; left > 0; left--) street.timeOut();
    street.crowd('stranger', 1);
    street.timeOut();
    expect(street.gate('stranger').isDown).toBe(true);
    expect(street.gate('ca').isDown).toBe(false);
    expect(street.crowd('ca', 20)).toBeGreaterThanOrEqual(PLACES / 2);
  });

  it('lets a new CA wait for no more than one of his time-outs, however many CAs he makes', () => {
    const street = new Street();
    for (let number = 0; number < 200; number++) street.crowd(`stranger ${number}`, 5);
    // All of them have been tried, and come again.
    for (let left = 210; left > 0; left--) street.timeOut();
    const waiting = [...street.host.gates].filter(({ waiting: count }) => count > 0);
    expect(waiting.length).toBeGreaterThan(100);
    expect(street.come(guest('ca'))).toBe(false);
    expect(street.timeOut()).toEqual(['ca']);
  });

  it('whose door is closed waits for a place as everybody, and gets one in the end', () => {
    const street = knowing('ca');
    const gate = street.gate('ca');
    const failed = Array.from({ length: 5 }, () => guest('ca'));
    for (const one of failed) street.come(one);
    for (const _ of failed) street.timeOut();
    expect(gate.isDown).toBe(true);
    street.gate('other').prove();
    street.crowd('other', 20);
    // The last of them is the one that is called.
    const probe = failed.at(-1);
    if (!probe) throw new Error('nobody failed');
    const later = NOW + HOUR;
    expect(street.come(probe, later)).toBe(false);
    const turns = [street.timeOut(later), street.timeOut(later)].flat();
    expect(turns).toContain('ca');
    expect(street.inside).toContain(probe);
  });
});
