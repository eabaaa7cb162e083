import { describe, expect, it } from 'vitest';
import { type InShort, find } from './machine.ts';

const CONF = '/etc/nginx/nginx.conf';
async function nginx(files: Readonly<Record<string, string>>): Promise<InShort> {
  const one = (await find(files)).get('nginx');
  if (!one) throw new Error('no nginx was found');
  return one;
}
const http = (inner: string): Record<string, string> => ({ [CONF]: `events {}\nhttp {\n${inner}\n}\n` });
const site = (certificate: string, more = ''): string =>
  `server {\n  listen 443 ssl;\n  ssl_certificate ${certificate};\n${more}}`;

describe('certificates of nginx', () => {
  it.each([
    ['plain', '/a.pem', '/a.pem'],
    ['in double quotes', '"/with space/a.pem"', '/with space/a.pem'],
    ['in single quotes', "'/a;b.pem'", '/a;b.pem'],
    ['with an escape', String.raw`"/a\"b.pem"`, '/a"b.pem'],
    ['beside the main file', 'ssl/a.pem', '/etc/nginx/ssl/a.pem'],
    ['with a # within', '/a#b.pem', '/a#b.pem'],
  ])('are found %s', async (_, written, path) => {
    const { certificates } = await nginx(http(site(written)));
    expect(certificates).toEqual([`${path} @ ${CONF}:5`]);
  });

  it('are found in includes of includes, by pattern, relative to the main file', async () => {
    const { certificates, edits } = await nginx({
      ...http('include sites/*.conf; include /missing.conf;'),
      '/etc/nginx/sites/b.conf': 'include snippets/tls.conf;',
      '/etc/nginx/snippets/tls.conf': site('/b.pem'),
      '/etc/nginx/sites/.hidden.conf': site('/h.pem'),
      '/etc/nginx/sites/off': site('/o.pem'),
    });
    expect(certificates).toEqual(['/b.pem @ /etc/nginx/snippets/tls.conf:3']);
    expect(edits).toEqual([
      '/etc/nginx/snippets/tls.conf:3 +   include /var/lib/restaple/nginx/b.ocsp.con[f];',
    ]);
  });

  it('are those of the http block where a server has none', async () => {
    const { certificates, edits } = await nginx(
      http('ssl_certificate /a.pem;\nserver {\n  listen 443 ssl;\n}'),
    );
    expect(certificates).toEqual([`/a.pem @ ${CONF}:3`]);
    expect(edits).toEqual([`${CONF}:4 +     include /var/lib/restaple/nginx/a.ocsp.con[f];`]);
  });

  it('are those of stream, too', async () => {
    const { certificates } = await nginx({ [CONF]: `stream {\n${site('/a.pem')}\n}` });
    expect(certificates).toEqual([`/a.pem @ ${CONF}:4`]);
  });

  it.each([
    ['a comment', '# ssl_certificate /c.pem; server {\n'],
    ['Lua', 'server { content_by_lua_block {\n local t = { a = {} }\n ssl_certificate = "/c.pem;"\n} }\n'],
    ['a variable with braces', 'map $a $b { default ${http_host}; }\n'],
  ])('are not looked for in %s, nor lost behind it', async (_, text) => {
    const { certificates, skipped } = await nginx(http(text + site('/a.pem')));
    expect(certificates.map((one) => one.split(' ')[0])).toEqual(['/a.pem']);
    expect(skipped).toEqual([]);
  });
});

describe('what nginx needs', () => {
  it('is nothing where it is there already', async () => {
    const include = 'include /var/lib/restaple/nginx/a.ocsp.con[f];\n';
    expect((await nginx(http(site('/a.pem', include)))).edits).toEqual([]);
  });

  it('is that its own directives go', async () => {
    const { edits } = await nginx(http(site('/a.pem', '  ssl_stapling on;\n  ssl_stapling_file /a.ocsp;\n')));
    expect(edits).toEqual([
      `${CONF}:5 +   include /var/lib/restaple/nginx/a.ocsp.con[f];`,
      `${CONF}:6 -`,
      `${CONF}:7 -`,
    ]);
  });

  it('is said in words where such a directive shares its line', async () => {
    const { remarks } = await nginx(http(site('/a.pem', '  ssl_stapling on; ssl_stapling_file /a.ocsp;\n')));
    expect(remarks).toEqual([
      `${CONF}:6: take ssl_stapling away: the included file has it, too`,
      `${CONF}:6: take ssl_stapling_file away: the included file has it, too`,
    ]);
  });

  it('cannot be had for two certificates in one server', async () => {
    const { certificates, edits, remarks } = await nginx(
      http(site('/a.rsa.pem', 'ssl_certificate /a.ec.pem;\n')),
    );
    expect(certificates).toHaveLength(2);
    expect(edits).toEqual([]);
    expect(remarks[0]).toMatch(/several certificates, and one staple file for all of them/);
  });

  it('has an address to look at', async () => {
    const files = http('server { listen 80; } server { listen [::]:8443 ssl; ssl_certificate /a.pem; }');
    expect((await nginx(files)).entry).toEqual({
      type: 'nginx',
      dir: '/var/lib/restaple/nginx',
      address: '127.0.0.1:8443',
    });
  });
});

describe('a snippet with a certificate', () => {
  const SNIPPET = '/etc/nginx/snippets/tls.conf';
  const shared = (snippet: string): Promise<InShort> =>
    nginx({
      ...http(
        'server {\n  include snippets/tls.conf;\n}\nserver {\n  include snippets/tls.conf;\n  ssl_certificate /b.pem;\n}',
      ),
      [SNIPPET]: snippet,
    });

  it('gets no include where a server of two certificates shares it, and the other server does', async () => {
    const { edits, remarks } = await shared('ssl_certificate /a.pem;\n');
    expect(edits).toEqual([`${CONF}:3 +     include /var/lib/restaple/nginx/a.ocsp.con[f];`]);
    expect(remarks[0]).toMatch(/several certificates/);
  });

  it('keeps its ssl_stapling for that server', async () => {
    const { edits, remarks } = await shared('ssl_certificate /a.pem;\nssl_stapling on;\n');
    expect(edits).toEqual([]);
    expect(remarks).toContain(
      `${SNIPPET}:2: ssl_stapling is shared with a server that can have no include, so the one with /a.pem gets none either`,
    );
  });

  it('of servers of one certificate gets one include, also where a server without TLS shares it', async () => {
    const { edits } = await nginx({
      ...http('server { include s; }\nserver { include s; }\nserver { include t; }'),
      '/etc/nginx/s': 'ssl_certificate /a.pem;\ninclude t;\n',
      '/etc/nginx/t': 'ssl_stapling on;\n',
    });
    expect(edits).toEqual([
      '/etc/nginx/s:1 + include /var/lib/restaple/nginx/a.ocsp.con[f];',
      '/etc/nginx/t:1 -',
    ]);
  });
});

describe('what is not understood is named, and not guessed', () => {
  it.each([
    [
      'a variable',
      site('/live/$ssl_server_name.pem'),
      5,
      'ssl_certificate /live/$ssl_server_name.pem: not the name of a file',
    ],
    ['inline data', site('data:$cert'), 5, 'ssl_certificate data:$cert: not the name of a file'],
    ['an engine', site('engine:pkcs11:x'), 5, 'ssl_certificate engine:pkcs11:x: not the name of a file'],
    [
      'a quote without an end',
      'server_names_hash "x',
      3,
      'a quote that is not closed; what follows is not looked at',
    ],
    ['a directive without an end', 'gzip on', 3, 'gzip has no end; what follows is not looked at'],
    [
      'a name that is a pattern',
      site('/[a].pem'),
      5,
      '/[a].pem: its name would mean something else in an include',
    ],
  ])('%s', async (_, inner, line, text) => {
    const { edits, skipped } = await nginx(http(inner));
    expect(skipped).toEqual([`${CONF}:${line}: ${text}`]);
    expect(edits).toEqual([]);
  });

  it('what stood before the mistake counts', async () => {
    const { certificates, skipped } = await nginx({ [CONF]: `http { ${site('/a.pem')} }\n}\n` });
    expect(certificates).toHaveLength(1);
    expect(skipped).toEqual([`${CONF}:5: a } that closes nothing; what follows is not looked at`]);
  });

  it('two files whose staples would be called the same', async () => {
    const { edits, skipped } = await nginx(http(`${site('/x/a.pem')}\n${site('/y/a.pem')}`));
    expect(edits).toHaveLength(1);
    expect(skipped).toEqual([
      `${CONF}:9: /y/a.pem: its staple would be called as that of /x/a.pem; give one of both files another name`,
    ]);
  });

  it('a file that includes itself', async () => {
    const { skipped } = await nginx({ [CONF]: 'include nginx.conf;\n' });
    expect(skipped).toEqual([`${CONF}:0: included too often`]);
  });
});

it('knows Angie, which is not told apart by the keeper but by its programs', async () => {
  const angie = (await find({ '/etc/angie/angie.conf': `http { ${site('/a.pem')} }` })).get('angie');
  expect(angie?.entry).toEqual({
    type: 'nginx',
    dir: '/var/lib/restaple/angie',
    check: ['/usr/sbin/angie', '-t', '-q'],
    reload: ['/usr/sbin/angie', '-s', 'reload'],
    address: '127.0.0.1:443',
  });
});
