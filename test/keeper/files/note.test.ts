/** The note beside a staple: what is written comes back, and nothing else is taken for one. */
import { describe, expect, it } from 'vitest';
import { type Note, formatNote, parseNote } from '../../../src/keeper/files/note.ts';

const full: Note = {
  certificate: '/etc/ssl/\u001b[31msite.pem',
  files: ['/etc/ssl/site.ocsp'],
  mustStaple: true,
  notAfter: 1_800_000_000_000,
  responder: 'ocsp.example.test',
  silence: undefined,
  thisUpdate: 1_700_000_000_000,
  validUntil: 1_700_500_000_000,
  answered: { responder: 'http://ocsp.example.test/', thisUpdate: 1_700_000_000_000 },
  memory: {
    attemptAt: 1_700_250_000_000,
    failures: 3,
    etag: 'W/"abc"',
    lastModified: 1_700_000_000_000,
    error: { code: 'http-timeout', message: 'no answer', at: 1_700_200_000_000 },
    revoked: { since: 1_700_000_000_000, onHold: true, message: 'the certificate is revoked' },
  },
};
const plain: Note = {
  certificate: 'a',
  files: [],
  mustStaple: false,
  notAfter: 0,
  memory: { attemptAt: 0, failures: 0 },
};
/** A note with some fields otherwise. */
const altered = (fields: object): string => JSON.stringify({ version: 1, ...full, ...fields });
const withMemory = (fields: object): string => altered({ memory: { ...full.memory, ...fields } });

describe('a note', () => {
  it.each([
    ['with everything', full],
    ['with what there always is', plain],
  ])('%s comes back as it was', (_name, note) => {
    expect(parseNote(formatNote(note))).toEqual(note);
  });

  it.each([
    ['a field of another version', altered({ colour: 'blue' }), full],
    ['an error that is none', withMemory({ error: { code: 5 } }), { memory: { error: undefined } }],
    [
      'an error code that is no code',
      withMemory({ error: { code: '\n', message: '', at: 0 } }),
      { memory: { error: undefined } },
    ],
    ['a revocation that is none', withMemory({ revoked: true }), { memory: { revoked: undefined } }],
    [
      'an ETag that would end a line',
      withMemory({ etag: '"a\r\nHost: b"' }),
      { memory: { etag: undefined } },
    ],
    ['an ETag without quotes', withMemory({ etag: 'abc' }), { memory: { etag: undefined } }],
    ['a life that ends before it begins', altered({ validUntil: 1 }), { certificate: full.certificate }],
    ['a time that no Date has', withMemory({ lastModified: 1e300 }), { memory: { lastModified: undefined } }],
  ])('with %s is read without it', (_name, text, expected) => {
    const note = parseNote(text);
    expect(note).toMatchObject(expected);
    expect(note?.thisUpdate === undefined).toBe(note?.validUntil === undefined);
  });

  it.each([
    ['nothing', ''],
    ['rubbish', '\u0000\u0001'],
    ['half a note', formatNote(full).slice(0, 200)],
    ['a number', '5'],
    ['null', 'null'],
    ['a list', '[]'],
    ['a note of another version', altered({ version: 2 })],
    ['no path', altered({ certificate: undefined })],
    ['files that are none', altered({ files: [1] })],
    ['no end of the certificate', altered({ notAfter: null })],
    ['no memory', altered({ memory: undefined })],
    ['a time that is text', withMemory({ attemptAt: '5' })],
    ['a time without end', withMemory({ attemptAt: 1e300 })],
    ['half a failure', withMemory({ failures: 0.5 })],
    ['fewer failures than none', withMemory({ failures: -1 })],
    ['depth', '['.repeat(30_000)],
    ['a prototype', '{"__proto__":{"version":1}}'],
  ])('is not %s', (_name, text) => {
    expect(parseNote(text)).toBeUndefined();
  });
});
