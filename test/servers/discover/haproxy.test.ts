import { describe, expect, it } from 'vitest';
import { type InShort, find } from './machine.ts';

const CFG = '/etc/haproxy/haproxy.cfg';

async function haproxy(cfg: string, files: Readonly<Record<string, string>> = {}): Promise<InShort> {
  const one = (await find({ [CFG]: cfg, ...files })).get('haproxy');
  if (!one) throw new Error('no haproxy was found');
  return one;
}
const PEMS = { '/certs/a.pem': 'a', '/certs/b.pem': 'b' };

describe('certificates of HAProxy', () => {
  it.each([
    ['a file', 'bind :443 ssl crt /certs/a.pem alpn h2', ['/certs/a.pem']],
    ['two files', 'bind :443 ssl crt /certs/a.pem crt /certs/b.pem', ['/certs/a.pem', '/certs/b.pem']],
    ['quotes and a comment', 'bind :443 ssl crt "/certs/a.pem" # crt /certs/b.pem', ['/certs/a.pem']],
    ['a file that is not there', 'bind :443 ssl crt /certs/gone.pem', ['/certs/gone.pem']],
    ['a directory', 'bind :443 ssl crt /certs/', ['/certs/a.pem', '/certs/b.pem']],
  ])('are those of %s', async (_, bind, paths) => {
    const extra = {
      '/certs/a.pem.ocsp': '',
      '/certs/a.pem.key': 'k',
      '/certs/a.pem.issuer': 'i',
      '/certs/.x': 'x',
    };
    const { certificates, skipped } = await haproxy(`frontend f\n  ${bind}\n`, { ...PEMS, ...extra });
    expect(certificates).toEqual(paths.map((path) => `${path} @ ${CFG}:2`));
    expect(skipped).toEqual([]);
  });

  it('are found below crt-base', async () => {
    const { certificates } = await haproxy(
      'global\n  crt-base /certs\nfrontend f\n  bind :443 ssl crt a.pem\n',
      PEMS,
    );
    expect(certificates).toEqual([`/certs/a.pem @ ${CFG}:4`]);
  });

  it('are those of a bundle, each with a staple of its own', async () => {
    const { certificates } = await haproxy('frontend f\n  bind :443 ssl crt /certs/s.pem\n', {
      '/certs/s.pem.rsa': 'r',
      '/certs/s.pem.ecdsa': 'e',
    });
    expect(certificates).toEqual([`/certs/s.pem.rsa @ ${CFG}:2`, `/certs/s.pem.ecdsa @ ${CFG}:2`]);
  });

  it('are those of a crt-list', async () => {
    const list = '# all\n\n/certs/a.pem [alpn h2,http/1.1] *.example.test !x.example.test\nb.pem\n';
    const { certificates } = await haproxy(
      'global\n crt-base /certs\nfrontend f\n  bind :443 ssl crt-list /certs/list\n',
      {
        ...PEMS,
        '/certs/list': list,
      },
    );
    expect(certificates).toEqual(['/certs/a.pem @ /certs/list:3', '/certs/b.pem @ /certs/list:4']);
  });

  it('are those of a crt-store', async () => {
    const store = 'crt-store web\n  crt-base /certs\n  load crt a.pem key a.key alias x\n';
    const { certificates } = await haproxy(`${store}frontend f\n  bind :443 ssl crt @web/x\n`, PEMS);
    expect(certificates).toEqual([`/certs/a.pem @ ${CFG}:3`]);
  });
});

describe('the socket of HAProxy', () => {
  it('is the one that it has', async () => {
    const { edits, entry } = await haproxy(
      'global\n  stats socket /run/h.sock level admin\nfrontend f\n  bind 10.0.0.1:443 ssl crt /certs/a.pem\n',
      PEMS,
    );
    expect(entry).toEqual({ type: 'haproxy', socket: '/run/h.sock', address: '10.0.0.1:443' });
    expect(edits).toEqual([]);
  });

  it('is to be added where it has none', async () => {
    const { edits, entry } = await haproxy(
      '# mine\nglobal\n  maxconn 10\nfrontend f\n  bind :443 ssl crt /certs/a.pem\n',
    );
    expect(entry?.socket).toBe('/run/haproxy/restaple.sock');
    expect(edits).toEqual([`${CFG}:2 +     stats socket /run/haproxy/restaple.sock mode 600 level user`]);
  });
});

describe('what is not understood is named, and not guessed', () => {
  it.each([
    ['a variable', 'bind :443 ssl crt "${CERTS}/a.pem"', 'crt ${CERTS}/a.pem: not the name of a file'],
    ['a relative path', 'bind :443 ssl crt a.pem', 'crt a.pem: not absolute, and no crt-base before it'],
    ['a quote without an end', 'bind :443 ssl crt "/certs/a.pem', 'a quote that is not closed'],
    [
      'a list that is not there',
      'bind :443 ssl crt-list /certs/list',
      'crt-list /certs/list: no such file, or one that cannot be read',
    ],
  ])('%s', async (_, line, text) => {
    const { certificates, skipped } = await haproxy(`frontend f\n  ${line}\n`);
    expect(skipped).toEqual([`${CFG}:2: ${text}`]);
    expect(certificates).toEqual([]);
  });

  it('is silent about alias names of a crt-store, which are found there', async () => {
    expect((await haproxy('frontend f\n  bind :443 ssl crt @web/x\n')).skipped).toEqual([]);
  });
});

it.each([
  ['on a bind line', 'frontend f\n  bind :443 ssl crt /certs/a.pem ocsp-update on\n', {}, `${CFG}:2`],
  [
    'in a list',
    'frontend f\n  bind :443 ssl crt-list /certs/list\n',
    { '/certs/list': '/certs/a.pem [ocsp-update on]\n' },
    '/certs/list:1',
  ],
])('warns where HAProxy fetches by itself %s', async (_, cfg, files, place) => {
  const { remarks } = await haproxy(cfg, { ...PEMS, ...files });
  expect(remarks).toHaveLength(1);
  expect(remarks[0]).toContain(`${place}: HAProxy fetches by itself here`);
});
