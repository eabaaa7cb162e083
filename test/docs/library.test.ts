/** The examples of the library, each run as a program of its own beside a certificate whose responder answers. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ExampleWorld, ROOT, startExampleWorld } from './example-world.ts';

const PAGES = ['README.md', 'docs/guides/nodejs.md', 'docs/migration.md'];
const EXAMPLES = PAGES.flatMap((page) =>
  Array.from(
    readFileSync(join(ROOT, page), 'utf8').matchAll(/^```ts\n(.*?)^```$/gms),
    ([, code = ''], i) => ({
      page,
      number: i + 1,
      code,
    }),
  ),
);

/** Shakes hands with the server of the example, and ends it. */
const ASK = `
import { connect } from 'node:tls';
if (!server.listening) await new Promise((done) => server.once('listening', done));
const socket = connect({ port: server.address().port, host: '127.0.0.1', rejectUnauthorized: false, requestOCSP: true, servername: 'www.example.test' });
socket.on('OCSPResponse', (staple) => {
  console.log(staple?.length > 0 ? 'stapled' : 'not stapled');
  process.exit();
});
`;

/**
 * Both workers staple, and one of them asks for both. They end before the primary: whoever still speaks with one that is
 * gone ends with EPIPE.
 */
const WORKERS = `
if (cluster.isPrimary) {
  let listening = 0;
  cluster.on('listening', () => {
    listening += 1;
    if (listening === 2) cluster.disconnect();
  });
}
`;

const endOf = (code: string): string => {
  if (code.includes('cluster')) return WORKERS;
  return code.includes('attachStapling(') ? ASK : '';
};

let world: ExampleWorld;

beforeAll(async () => {
  world = await startExampleWorld();
});

afterAll(() => world.close());

describe.each(EXAMPLES)('example $number of $page', ({ page, number, code }) => {
  it('runs, and a server in it staples', async () => {
    const isServer = endOf(code) === ASK;
    const program = join(world.dir, `${page.replaceAll(/\W/g, '-')}-${number}.mjs`);
    writeFileSync(
      program,
      code.replaceAll('8443', code.includes('attachStapling(') ? '0' : '1') + endOf(code),
    );
    const { code: exit, stdout, stderr } = await world.run(program);
    expect([exit, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(isServer ? /stapled/ : /\S/);
    expect(stdout).not.toContain('not stapled');
  });
});
