/** What `restaple doctor` takes for a file, and what for a server. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { targetOf } from '../../src/cli/doctor/target.ts';
import { withTempDir } from '../support/files.ts';
import { runCli } from '../support/run-cli.ts';

describe('a server is', () => {
  it.each([
    ['www.example.test', 'www.example.test', '443'],
    ['www.example.test:8443', 'www.example.test', '8443'],
    ['WWW.Example.Test.', 'www.example.test', '443'],
    ['www.example.test.:465', 'www.example.test', '465'],
    ['mail', 'mail', '443'],
    ['www.example.test/', 'www.example.test', '443'],
    ['www.example.test:8443/', 'www.example.test', '8443'],
    ['192.0.2.1', '192.0.2.1', '443'],
    ['[::1]:443', '[::1]', '443'],
    ['[2001:db8::1]', '[2001:db8::1]', '443'],
    ['::1', '[::1]', '443'],
    ['https://www.example.test', 'www.example.test', '443'],
    ['HTTPS://www.example.test:8443/a?b#c', 'www.example.test', '8443'],
    ['https://user:word@www.example.test/', 'www.example.test', '443'],
    ['https://[::1]:8443/', '[::1]', '8443'],
    ['smtps://mail.example.test', 'mail.example.test', '465'],
    ['imaps://mail.example.test/', 'mail.example.test', '993'],
    ['ldaps://ldap.example.test:1636', 'ldap.example.test', '1636'],
    ['smtp://mail.example.test', 'mail.example.test', '25'],
    ['submission://mail.example.test', 'mail.example.test', '587'],
    ['imap://mail.example.test/INBOX', 'mail.example.test', '143'],
    ['postgresql://user@db.example.test/name', 'db.example.test', '5432'],
  ])('%s', (typed, host, port) => {
    expect(targetOf(typed)).toMatchObject({ kind: 'server', host, port });
  });
});

it.each([
  ['https://www.example.test:25/', 'direct'],
  ['smtps://mail.example.test', 'direct'],
  ['smtp://mail.example.test:2026', 'smtp'],
  ['ftp://www.example.test', 'ftp'],
  ['mail.example.test:25', undefined],
])('the scheme of %s says how it begins: %s', (typed, beginning) => {
  expect(targetOf(typed)).toHaveProperty('kind', 'server');
  expect(Object(targetOf(typed)).beginning).toBe(beginning);
});

describe('a file is', () => {
  it.each(['domain.crt', 'sub/fullchain', './mail', 'site.pem', 'server.key', 'a.b:70000', 'a:b:c', ''])(
    '%j, although it is not there',
    (typed) => {
      expect(targetOf(typed)).toEqual({ kind: 'file', path: typed });
    },
  );

  it('whatever is there as one', async () => {
    await withTempDir(async (dir) => {
      const path = join(dir, 'www.example.test');
      await writeFile(path, '');
      expect(targetOf(path)).toEqual({ kind: 'file', path });
    });
  });
});

it.each([
  ['http://www.example.test/', 'http has no TLS; give HOST[:PORT] or https://HOST[:PORT]/'],
  ['gopher://www.example.test/', 'gopher has no TLS'],
  ['https://www.example.test:70000/', 'www.example.test:70000 is no HOST[:PORT]'],
  ['https:///path', 'is no HOST[:PORT]'],
])('%s is wrong usage', async (typed, reason) => {
  const run = await runCli(['doctor', typed]);
  expect(run).toMatchObject({ exitCode: 64, out: '' });
  expect(run.err).toContain(`restaple: ${typed}: `);
  expect(run.err).toContain(reason);
});

it('a word that is neither is said to be neither: exit 66, as for a file', async () => {
  // A label of more than 63 characters: no name server is asked, and none can make one up.
  const word = 'gone'.repeat(16);
  const run = await runCli(['doctor', word]);
  expect(run).toMatchObject({ exitCode: 66, err: '' });
  expect(run.out).toContain(
    `cause: ${word}: there is neither a file nor a server of this name\nnext: ls -l .\n`,
  );
});
