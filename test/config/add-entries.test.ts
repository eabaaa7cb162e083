import { describe, expect, it } from 'vitest';
import { addEntries } from '../../src/config/add-entries.ts';

const CERTIFICATE = {
  list: 'certificates',
  keys: { files: ['/b.pem'], server: 'web' },
  why: 'of web',
} as const;

const added = (text: string): string => addEntries(text, [CERTIFICATE]);

describe('an entry is added, and every byte that stands there stays', () => {
  it.each([
    [
      'with two spaces',
      'version: 1\ncertificates:\n  - /a.pem\n',
      'version: 1\ncertificates:\n  - /a.pem\n  # of web\n  - files:\n      - /b.pem\n    server: web\n',
    ],
    [
      'without an indent, and keys behind it',
      'certificates:\n- files:   [ /a.pem,/c.pem ]   # mine\n\n# the rest\nversion:    1\n',
      'certificates:\n- files:   [ /a.pem,/c.pem ]   # mine\n# of web\n- files:\n    - /b.pem\n  server: web\n\n# the rest\nversion:    1\n',
    ],
    [
      'with line ends of another system',
      "version: 1\r\ncertificates:\r\n   -   '/a.pem'\r\n",
      "version: 1\r\ncertificates:\r\n   -   '/a.pem'\r\n   # of web\r\n   - files:\r\n       - /b.pem\r\n     server: web\r\n",
    ],
    [
      'without an end of the last line',
      'version: 1\ncertificates:\n  - "/a.pem"',
      'version: 1\ncertificates:\n  - "/a.pem"\n  # of web\n  - files:\n      - /b.pem\n    server: web\n',
    ],
    [
      'where there is no list',
      'version: 1 # one\n',
      'version: 1 # one\ncertificates:\n  # of web\n  - files:\n      - /b.pem\n    server: web\n',
    ],
  ])('%s', (_, text, expected) => {
    expect(added(text)).toBe(expected);
  });
});

it.each([
  ['in brackets', 'version: 1\ncertificates: [/a.pem]\n'],
  ['empty', 'version: 1\ncertificates: []\n'],
  ['in braces', '{ version: 1 }\n'],
  ['with an anchor', 'version: 1\ncertificates: &all\n  - /a.pem\n'],
  ['before an end of the document', 'version: 1\n...\n'],
])('a list %s gets it, too', (_, text) => {
  expect(added(text)).toMatch(
    /- files:\n\s+- \/b\.pem\n\s+server: web|\{ files: \[ \/b\.pem \], server: web \}/,
  );
});

it('takes a line end in a name for no line of its own', () => {
  const text = addEntries('version: 1\n', [{ ...CERTIFICATE, why: 'a\nversion: 2' }]);
  expect(text).toContain('# a?version: 2\n');
});
