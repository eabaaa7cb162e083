import { describe, expect, it } from 'vitest';
import type { Caller } from '../../src/keeper/caller.ts';
import type { ResponderGate } from '../../src/keeper/responder-gate.ts';
import { ResponderHost } from '../../src/keeper/responder-host.ts';

const NOW = Date.UTC(2026, 0, 5);
const HOUR = 3_600_000;

interface Guest extends Caller {
  readonly name: string;
}

const guest = (name: string): Guest => ({
  name,
  staple: 'there is one',
  phase: 'waiting',
  isKept: true,
  failures: 0,
  hasFailed: false,
  isQueued: false,
});
const CA = { key: 'ca', name: 'CN=CA' };

/** The only door of a host with so many places, and of an issuer that it has answered for. */
function gateWith(places: number): ResponderGate<Guest> {
  const gate = new ResponderHost<Guest>('ocsp.test', places).gateOf(CA);
  gate.prove();
  return gate;
}

const names = (guests: readonly Guest[]): string[] => guests.map(({ name }) => name);

/** The door of a responder that has failed five, the last of which is `failed`. */
function closed(): { gate: ResponderGate<Guest>; failed: Guest } {
  const gate = gateWith(8);
  const failed = Array.from({ length: 5 }, (_, index) => guest(`failed ${index}`));
  for (const one of failed) gate.enter(one);
  for (const one of failed) {
    gate.failed(one, NOW, NOW + HOUR);
    gate.leave(one);
  }
  const last = failed.at(-1);
  if (last === undefined) throw new Error('nobody failed');
  return { gate, failed: last };
}

describe('an open door', () => {
  it('lets in as many as it may, and the next ones as others come out', () => {
    const gate = gateWith(2);
    const [a, b, c, d] = [guest('a'), guest('b'), guest('c'), guest('d')];
    for (const one of [a, b]) {
      expect(gate.isOpen(one, NOW)).toBe(true);
      gate.enter(one);
    }
    expect(gate.isOpen(c, NOW)).toBe(false);
    expect([gate.park(c, NOW, NOW), gate.park(d, NOW, NOW)]).toEqual([false, false]);
    expect(gate.waiting).toBe(2);
    expect(names(gate.leave(a))).toEqual(['c']);
  });

  it('is passed by those with nothing to serve before those who can wait', () => {
    const gate = gateWith(1);
    const inside = guest('inside');
    gate.enter(inside);
    for (const one of [guest('rich'), { ...guest('bare'), staple: undefined }]) gate.park(one, NOW, NOW);
    expect(names(gate.leave(inside))).toEqual(['bare']);
  });

  it('calls nobody who was let go meanwhile', () => {
    const gate = gateWith(1);
    const inside = guest('inside');
    gate.enter(inside);
    const gone = guest('gone');
    gate.park(gone, NOW, NOW);
    gate.park(guest('here'), NOW, NOW);
    gone.isKept = false;
    expect(names(gate.leave(inside))).toEqual(['here']);
  });

  it('closes with the fifth failure in a row, and not when one succeeds between', () => {
    const gate = gateWith(8);
    const told = [1, 2, 3, 4].map((at) => gate.failed(guest(`${at}`), NOW + at, NOW + HOUR));
    expect(gate.succeeded(guest('lucky'))).toEqual([]);
    told.push(...[5, 6, 7, 8, 9].map((at) => gate.failed(guest(`${at}`), NOW + at, NOW + HOUR)));
    expect(told.indexOf(true)).toBe(8);
    expect(gate.downSince).toBe(NOW + 9);
  });
});

describe('a closed door', () => {
  it('opens for one at a time, at the moment for which it was called', () => {
    const { gate, failed } = closed();
    expect(gate.isOpen(failed, NOW + HOUR - 1)).toBe(false);
    expect(gate.isOpen(failed, NOW + HOUR)).toBe(true);
    gate.enter(failed);
    const other = guest('other');
    expect(gate.isOpen(other, NOW + 2 * HOUR)).toBe(false);
  });

  it('is opened sooner for one whose staple cannot wait', () => {
    const { gate, failed } = closed();
    const urgent = { ...guest('urgent'), hasFailed: true };
    expect(gate.park(urgent, NOW + 60_000, NOW)).toBe(true);
    expect(gate.calledAt(urgent)).toBe(NOW + 60_000);
    expect(gate.isOpen(urgent, NOW + 60_000)).toBe(true);
    expect(gate.calledAt(failed)).toBeUndefined();
  });

  it('lets in who has not failed after a pause that grows from a second to five minutes', () => {
    const { gate } = closed();
    const pauses: number[] = [];
    for (let turn = 0; turn < 12; turn++) {
      const at = NOW + turn * HOUR;
      const fresh = guest('fresh');
      gate.enter(fresh);
      gate.failed(fresh, at, at + HOUR);
      gate.leave(fresh);
      const next = guest('next');
      let pause = 0;
      while (!gate.isOpen(next, at + pause)) pause += 1000;
      pauses.push(pause / 1000);
    }
    expect(pauses).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300, 300]);
  });

  it('opens for all when one is answered who was not before', () => {
    const { gate, failed } = closed();
    gate.enter(failed);
    const woken = gate.succeeded(failed);
    expect(names(woken)).toEqual(['failed 0', 'failed 1', 'failed 2', 'failed 3']);
    expect([gate.isDown, failed.hasFailed]).toEqual([false, false]);
  });

  it('calls another when the one that was called has gone', () => {
    const { gate, failed } = closed();
    const waiting = { ...guest('waiting'), hasFailed: true };
    expect(gate.park(waiting, NOW + 2 * HOUR, NOW)).toBe(false);
    expect(names(gate.forget(failed))).toEqual(['waiting']);
    expect(gate.calledAt(waiting)).toBe(NOW + HOUR);
  });

  it('is tried at once when the clock was set', () => {
    const { gate, failed } = closed();
    const now = NOW + 365 * 24 * HOUR;
    gate.clockSet(now - NOW, now);
    expect(gate.isOpen(failed, now)).toBe(true);
    expect(gate.downSince).toBe(now);
  });
});

/** The door of a responder that answers to some, with places for eight; `failed` are the others. */
function divided(failures = 4): { gate: ResponderGate<Guest>; failed: Guest[] } {
  const gate = gateWith(8);
  const failed = Array.from({ length: failures }, (_, index) => guest(`failed ${index}`));
  gate.succeeded(guest('lucky'));
  for (const one of failed) fail(gate, one);
  for (let left = 5 - failures; left > 0; left--) fail(gate, { ...guest('again'), hasFailed: true });
  return { gate, failed };
}

function fail(gate: ResponderGate<Guest>, one: Guest): void {
  gate.enter(one);
  gate.failed(one, NOW, NOW + HOUR);
  gate.leave(one);
}

function answer(gate: ResponderGate<Guest>, one: Guest): readonly Guest[] {
  gate.enter(one);
  const called = gate.succeeded(one);
  gate.leave(one);
  return called;
}

const again = (name: string, failures: number): Guest => ({ ...guest(name), failures, hasFailed: true });

describe('the door of a responder that answers to some', () => {
  it('is open for all who have not failed, and half of the places for those who have', () => {
    const { gate } = divided();
    expect([gate.isDown, gate.isGone]).toEqual([true, false]);
    const come = (one: Guest): boolean => {
      const isOpen = gate.isOpen(one, NOW);
      if (isOpen) gate.enter(one);
      return isOpen;
    };
    const failing = Array.from({ length: 6 }, (_, index) => come(again(`${index}`, 1)));
    expect(failing).toEqual([true, true, true, true, false, false]);
    expect([1, 2, 3, 4, 5].map((at) => come(guest(`${at}`)))).toEqual([true, true, true, true, false]);
  });

  it('is passed first by who has failed least, and every third time by who has failed most', () => {
    const { gate } = divided();
    const inside = Array.from({ length: 4 }, (_, index) => again(`${index}`, 1));
    for (const one of inside) gate.enter(one);
    const waiting = [again('often', 20), { ...again('often and bare', 20), staple: undefined }];
    waiting.push(again('once', 1), { ...again('once and bare', 1), staple: undefined }, again('thrice', 3));
    for (const one of waiting) gate.park(one, NOW, NOW);
    const called = inside.flatMap((one) => names(gate.leave(one)));
    expect(called).toEqual(['once and bare', 'once', 'often and bare', 'thrice']);
  });

  it('has two more try when one is answered who was not before, and opens after five of them', () => {
    const { gate, failed } = divided();
    expect(answer(gate, guest('fresh'))).toEqual([]);
    const called = Array.from({ length: 4 }, (_, index) => names(answer(gate, again(`${index}`, 1))));
    expect(called).toEqual(Array.from({ length: 4 }, () => ['failed 0', 'failed 1']));
    expect(gate.isDown).toBe(true);
    expect(answer(gate, again('the fifth', 1))).toEqual(expect.arrayContaining(failed));
    expect(gate.isDown).toBe(false);
  });

  it.each([
    ['five in a row fail that had not failed before', 5, (): Guest => guest('fresh')],
    [
      'a hundred tries are in vain',
      101,
      (
        (one) => (): Guest =>
          one
      )(again('again', 9)),
    ],
  ])('closes when %s', (_, most, next) => {
    const { gate } = divided();
    answer(gate, guest('fresh'));
    for (let left = most; left > 0; left--) {
      expect(gate.isGone).toBe(false);
      fail(gate, next());
    }
    expect(gate.isGone).toBe(true);
  });
});
