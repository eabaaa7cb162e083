/** `restaple doctor` at mail servers as Debian has them, on ports that nobody knows; the last command is run. */
import { mkdir, chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { pki, staple } from '../../probe/look.ts';
import { answer, startHttpServer } from '../../support/http-server.ts';
import { describeWithPeer, run } from '../../support/peers.ts';
import { type CliRun, runCli } from '../../support/run-cli.ts';
import { eximConfig } from '../../support/programs/exim.ts';
import { type Setup, withServer, write } from './world.ts';

const exim: Setup = async ({ dir, chain, key }, port) => {
  const spool = join(dir, 'spool');
  await mkdir(spool, { recursive: true });
  // It serves as a user of its own.
  await chmod(spool, 0o777);
  const config = eximConfig({ port, spool, chain, key });
  return ['-C', await write(join(dir, 'exim.conf'), config), '-bdf'];
};

const dovecot: Setup = async ({ dir, chain, key }, port) => {
  const lines = [
    `base_dir = ${dir}/run`,
    `state_dir = ${dir}/state`,
    `log_path = ${dir}/log`,
    'protocols = imap',
    'listen = 127.0.0.1',
    'ssl = yes',
    `ssl_cert = <${chain}`,
    `ssl_key = <${key}`,
    `mail_location = maildir:${dir}/mail`,
    'passdb {\n driver = static\n args = nopassword=y\n}',
    `userdb {\n driver = static\n args = uid=nobody gid=nogroup home=${dir}\n}`,
    `service imap-login {\n inet_listener imap {\n address = 127.0.0.1\n port = ${port}\n }`,
    ' inet_listener imaps {\n port = 0\n }\n}',
  ];
  return ['-F', '-c', await write(join(dir, 'dovecot.conf'), `${lines.join('\n')}\n`)];
};

async function doctorAt(path: string, setup: Setup): Promise<{ told: CliRun; chain: string }> {
  const responder = await startHttpServer(answer({ body: staple }));
  try {
    return await withServer(path, setup, async (port) => {
      const name = 'www.example.test';
      const way = ['--connect-to', `${name}:${port}:127.0.0.1:${port}`, '--url', responder.url().href];
      const told = await runCli(['doctor', `${name}:${port}`, ...way], { now: pki.now });
      const next = told.out.trimEnd().split('\n').at(-1)?.replace('next: ', '') ?? '';
      // restaple is not installed here.
      const { stdout } = await run('/bin/sh', ['-c', next.replace(/ \| restaple .*/, '')]);
      return { told, chain: stdout };
    });
  } finally {
    await responder.close();
  }
}

for (const [program, setup, protocol] of [
  ['exim4', exim, 'smtp'],
  ['dovecot', dovecot, 'imap'],
] as const) {
  describeWithPeer(program, program, (path) => {
    it('is known by its greeting, and its chain is handed on', async () => {
      const { told, chain } = await doctorAt(path, setup);
      expect(told).toMatchObject({ exitCode: 0, err: '' });
      expect(told.out).toContain(`after STARTTLS (${protocol})`);
      expect(told.out).toMatch(/^cause: the responder says good, but the server staples nothing$/m);
      expect(told.out).toContain(` | restaple fetch /dev/stdin `);
      expect((await runCli(['inspect', '-'], { stdin: Buffer.from(chain) })).out).toContain('CN=Test Issuer');
    });
  });
}
