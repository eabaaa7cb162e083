/** `restaple check` at real servers: what each can be brought to staple is named rightly. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Entity } from '../../src/demo/pki/entity.ts';
import { createCertID } from '../../src/ocsp/cert-id.ts';
import { HOUR, checkPort, now, pki, toldBy } from '../cli/check-helper.ts';
import { certificatesPem, keyPem, withTempDir } from '../support/files.ts';
import { answerBytes, startHttpServer, writeAndClose } from '../support/http-server.ts';
import { startResponder } from '../support/ocsp-responder.ts';
import { describeWithPeer } from '../support/peers.ts';
import { shift, testResponse } from '../support/pki.ts';
import { type Program, startProgram } from '../support/programs/program.ts';
import { makeExim } from './servers/exim-world.ts';
import { startHaproxy } from './servers/haproxy-world.ts';
import { nginxSite } from './servers/nginx-world.ts';
import { serverCertificate } from './world.ts';

interface Row {
  readonly title: string;
  readonly state: string;
  readonly exitCode: number;
  readonly leaf: Entity;
  readonly staple: Buffer | undefined;
}

const mustStaple = serverCertificate(pki, 'www.example.test', {
  serial: 0x2001,
  mustStaple: true,
  ocspUrls: ['http://ocsp.example.test/'],
});
const other = serverCertificate(pki, 'www.example.test', { serial: 0x2002 });
const at = (used: number) => ({
  thisUpdate: shift(now, -used * HOUR),
  nextUpdate: shift(now, (10 - used) * HOUR),
});
const row = (title: string, state: string, exitCode: number, staple?: Buffer, leaf = pki.leaf): Row => ({
  title,
  state,
  exitCode,
  leaf,
  staple,
});

const certID = createCertID(other.certificate, pki.issuer.certificate, 'sha1');
const certStatus = { type: 'revoked', revocationTime: shift(now, -HOUR), reason: 1 } as const;
const NONE = row('no staple', 'missing', 1);
const GOOD = row('a good one', 'good', 0, testResponse(pki, at(2)));
const ENDING = row('one near its end', 'ending', 2, testResponse(pki, at(9.5)));
const FORGED = row('a forged one', 'forged', 2, testResponse(pki, { ...at(2), signer: pki.stranger }));
const BROKEN = row('none, though it must', 'must-staple broken', 2, undefined, mustStaple);
const EXPIRED = row('an expired one', 'expired', 2, testResponse(pki, at(11)));
const FOREIGN = row(
  'that of another certificate',
  'for another certificate',
  2,
  testResponse(pki, { ...at(2), certID }),
);
const REVOKED = row('one that says revoked', 'revoked', 2, testResponse(pki, { ...at(2), certStatus }));

/** Whoever verifies nothing of what it is given. */
const ALL = [NONE, GOOD, ENDING, EXPIRED, FORGED, FOREIGN, REVOKED, BROKEN];

interface Site {
  readonly dir: string;
  readonly chain: string;
  readonly key: string;
  /** `undefined` when there shall be none. */
  readonly staple: string | undefined;
}

async function told(
  { leaf, staple }: Row,
  start: (site: Site) => Promise<Program>,
  ...args: readonly string[]
): Promise<{
  readonly state: string;
  readonly exitCode: number;
  readonly err: string;
  readonly message: string;
}> {
  return withTempDir(async (dir) => {
    const site: Site = {
      dir,
      chain: join(dir, 'chain.pem'),
      key: join(dir, 'key.pem'),
      staple: staple && join(dir, 'staple.ocsp'),
    };
    await writeFile(site.chain, certificatesPem(leaf, pki.issuer));
    await writeFile(site.key, keyPem(leaf));
    if (staple && site.staple !== undefined) await writeFile(site.staple, staple);
    const program = await start(site);
    try {
      const run = await checkPort(program.port, '--json', ...args);
      const { state, findings } = toldBy(run);
      return { state, exitCode: run.exitCode, err: run.err, message: findings[0]?.message ?? '' };
    } finally {
      await program.stop();
    }
  });
}

const expected = ({ state, exitCode }: Row) => ({ state, exitCode, err: '' });

describeWithPeer('openssl', 'openssl s_server staples', (path) => {
  const start = ({ chain, key, staple }: Site): Promise<Program> =>
    startProgram(path, (port) => {
      const files = ['-cert', chain, '-cert_chain', chain, '-key', key];
      const stapled = staple === undefined ? [] : ['-status_file', staple];
      return ['s_server', '-accept', `127.0.0.1:${port}`, '-quiet', '-www', ...files, ...stapled];
    });

  it.each(ALL)('$title', async (one) => {
    expect(await told(one, start)).toMatchObject(expected(one));
  });
});

describeWithPeer('nginx', 'nginx staples', (path) => {
  const start = ({ dir, staple }: Site): Promise<Program> =>
    nginxSite(path, dir).start(staple === undefined ? '' : `ssl_stapling on; ssl_stapling_file ${staple};`);

  it.each(ALL)('$title', async (one) => {
    expect(await told(one, start)).toMatchObject(expected(one));
  });
});

describeWithPeer('nginx', 'nginx that asks by itself', (path) => {
  it('has none for the first client of each worker, and --repeat says so', async () => {
    const responder = await startResponder({ pki, now: () => now });
    responder.setStatus(mustStaple.certificate.serialNumber, { type: 'good' });
    const lines = `ssl_stapling on; ssl_stapling_responder ${responder.url};`;
    const seen = await told(
      row('what it fetched', 'must-staple broken', 2, undefined, mustStaple),
      ({ dir }) => nginxSite(path, dir).start(lines),
      '--ecdsa',
      '--repeat',
      '100',
    );
    await responder.close();
    expect(seen).toMatchObject({ state: 'must-staple broken', exitCode: 2 });
    expect(seen.message).toMatch(
      /^only [1-9]\d? of 100 handshakes had a staple, though the certificate promises/,
    );
  });
});

// It does not start with one that has ended, says revoked or is for another certificate.
describeWithPeer('haproxy', 'HAProxy staples', (path) => {
  it.each([NONE, GOOD, ENDING, FORGED, BROKEN])('$title', async (one) => {
    const start = async ({ dir }: Site): Promise<Program> => {
      const bundle = join(dir, 'site.pem');
      await writeFile(bundle, certificatesPem(one.leaf, pki.issuer) + keyPem(one.leaf));
      if (one.staple) await writeFile(`${bundle}.ocsp`, one.staple);
      return startHaproxy(path, dir, bundle);
    };
    expect(await told(one, start)).toMatchObject(expected(one));
  });
});

// It takes no file, but whatever its responder says.
describeWithPeer('apache2', 'Apache staples', (path) => {
  it.each(ALL)('$title', async (one) => {
    const type = ['Content-Type', 'application/ocsp-response'] as const;
    // mod_ssl reads an answer to the end of the connection.
    const responder = await startHttpServer(
      writeAndClose(answerBytes({ headers: [type], body: one.staple ?? '' })),
    );
    const start = ({ dir, chain, key, staple }: Site): Promise<Program> =>
      startProgram(path, async (port) => {
        const modules = ['mpm_event', 'authz_core', 'socache_shmcb', 'ssl'];
        const lines = [
          `ServerRoot ${dir}`,
          `PidFile ${dir}/httpd.pid`,
          `ErrorLog ${dir}/error.log`,
          'ServerName localhost',
          ...(process.getuid?.() === 0 ? ['User www-data', 'Group www-data'] : []),
          ...modules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`),
          `Mutex file:${dir} default`,
          `Listen 127.0.0.1:${port}`,
          'SSLEngine on',
          `SSLCertificateFile ${chain}`,
          `SSLCertificateKeyFile ${key}`,
          'SSLStaplingCache shmcb:stapling(512000)',
          ...(staple === undefined
            ? []
            : ['SSLUseStapling on', `SSLStaplingForceURL ${responder.url('/').href}`]),
        ];
        await writeFile(join(dir, 'httpd.conf'), `${lines.join('\n')}\n`);
        return ['-f', join(dir, 'httpd.conf'), '-DFOREGROUND'];
      });
    try {
      expect(await told(one, start)).toMatchObject(expected(one));
    } finally {
      await responder.close();
    }
  });
});

describeWithPeer('exim4', 'Exim', (path) => {
  it('staples a good one after STARTTLS', async () => {
    const seen = await told(
      GOOD,
      async ({ dir, staple }) => {
        const exim = await makeExim(path, dir);
        await exim.present(pki.leaf, pki.issuer);
        return exim.start(staple);
      },
      '--starttls',
      'smtp',
    );
    expect(seen).toMatchObject(expected(GOOD));
  });
});
