/** What is thrown away of a store, and what no clock makes it throw away. */
import { utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { formatNote } from '../../../src/keeper/files/note.ts';
import { sweepStore } from '../../../src/keeper/files/sweep.ts';
import { StapleStore } from '../../../src/store/staple-store.ts';
import { withTempDir } from '../../support/files.ts';
import { NOW } from '../../support/pki.ts';
import { DAY } from './world.ts';

const now = NOW.getTime();
const keyOf = (name: string): string => Buffer.from(name.padEnd(32)).toString('hex');

interface Stored {
  readonly name: string;
  /** Days before now. */
  readonly thisUpdate?: number;
  readonly end?: number;
  readonly written: number;
  readonly isKept?: boolean;
}

const ROWS: readonly (readonly [string, readonly Stored[], clock: number, left: readonly string[]])[] = [
  [
    'removes what has ended and was left a month ago',
    [
      { name: 'fresh', thisUpdate: 1, end: -3, written: 1, isKept: true },
      { name: 'old', thisUpdate: 60, end: 53, written: 55 },
    ],
    now,
    ['fresh'],
  ],
  [
    'keeps what was left less than a month ago, what has not ended, and what is kept',
    [
      { name: 'fresh', thisUpdate: 1, end: -3, written: 1, isKept: true },
      { name: 'recent', thisUpdate: 30, end: 23, written: 29 },
      { name: 'lasting', thisUpdate: 60, end: 0, written: 60 },
      { name: 'kept', thisUpdate: 60, end: 53, written: 60, isKept: true },
    ],
    now,
    ['fresh', 'kept', 'lasting', 'recent'],
  ],
  [
    'removes what has no note and lay there for more than a month',
    [
      { name: 'fresh', thisUpdate: 1, end: -3, written: 1, isKept: true },
      { name: 'orphan', written: 40 },
      { name: 'young', written: 20 },
    ],
    now,
    ['fresh', 'young'],
  ],
  [
    'believes no clock that is ahead, though nothing is kept',
    [
      { name: 'a', thisUpdate: 1, end: -3, written: 1 },
      { name: 'b', thisUpdate: 9, end: 2, written: 9 },
    ],
    now + 3650 * DAY,
    ['a', 'b'],
  ],
  [
    'believes no note that is ahead of the clock',
    [
      { name: 'damaged', thisUpdate: -3650, end: -3651, written: 1 },
      { name: 'a', thisUpdate: 9, end: 2, written: 9 },
    ],
    now,
    ['a', 'damaged'],
  ],
];

it.each(ROWS)('%s', (_name, stored, clock, left) =>
  withTempDir(async (dir) => {
    const store = new StapleStore(join(dir, 'store'));
    for (const { name, thisUpdate, end, written } of stored) {
      const key = keyOf(name);
      store.makeRoom(key);
      await writeFile(store.staplePath(key), name);
      const at = new Date(now - written * DAY);
      await utimes(store.staplePath(key), at, at);
      if (thisUpdate === undefined || end === undefined) continue;
      const life = { thisUpdate: now - thisUpdate * DAY, validUntil: now - end * DAY };
      const memory = { attemptAt: 0, failures: 0 };
      const note = { certificate: name, files: [], mustStaple: false, notAfter: 0, ...life, memory };
      store.saveNote(key, formatNote(note));
      await utimes(store.staplePath(key).replace(/ocsp$/, 'json'), at, at);
    }
    const kept = new Set(stored.filter(({ isKept }) => isKept).map(({ name }) => keyOf(name)));
    expect(await sweepStore(store, (key) => kept.has(key), clock)).toBe(stored.length - left.length);
    const found: string[] = [];
    for await (const key of store.keys()) found.push(Buffer.from(key, 'hex').toString().trim());
    expect(found.toSorted()).toEqual(left);
  }),
);
