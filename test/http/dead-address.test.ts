/** A name with several addresses, of which some lead nowhere. */
import type { LookupAddress } from 'node:dns';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Lookup } from '../../src/http/connect-rules.ts';
import { isTemporary } from '../../src/http/retry-policy.ts';
import { startBlackHole } from '../support/black-hole.ts';
import { answer, startHttpServer } from '../support/http-server.ts';
import { client, refusal, serve } from './harness.ts';

const OK = answer({ body: 'fine' });

const knowing =
  (...addresses: readonly LookupAddress[]): Lookup =>
  (_name, _options, callback) =>
    callback(null, [...addresses]);

const DEAD = { address: '127.0.0.2', family: 4 };
const LIVING = { address: '127.0.0.1', family: 4 };
const OTHER_FAMILY = { address: '::1', family: 6 };

const request = (port: number) =>
  ({ method: 'GET', url: new URL(`http://ocsp.example.test:${port}/`), maxBytes: 100 }) as const;

describe('a name with a dead address', () => {
  it.runIf(process.platform === 'linux')(
    'that swallows connections: the next one is tried long before the time-out, and alone it is a time-out',
    async () => {
      const server = await serve(OK);
      const hole = await startBlackHole(DEAD.address, server.port);
      onTestFinished(() => hole.close());
      const both = client({ lookup: knowing(DEAD, LIVING) });
      expect((await both.exchange(request(server.port))).address).toBe('127.0.0.1');
      const alone = client({ lookup: knowing(DEAD), connectTimeoutMs: 600 });
      const error = await refusal(alone.exchange(request(server.port)));
      expect([error.code, error.message]).toEqual([
        'http-timeout',
        `no connection to ocsp.example.test:${server.port} within 600 ms (connect time-out)`,
      ]);
    },
  );

  it.runIf(process.platform === 'linux')(
    'and one that takes its time: it gets it, when no other is left',
    async () => {
      const gone = await startHttpServer(OK);
      const hole = await startBlackHole(DEAD.address, gone.port);
      onTestFinished(() => hole.close());
      await gone.close();
      let looks = 0;
      const lookup: Lookup = (name, options, callback) => {
        looks += 1;
        if (looks === 2) hole.open();
        knowing(DEAD, OTHER_FAMILY)(name, options, callback);
      };
      const { address, body } = await client({ lookup }).exchange(request(gone.port));
      expect([address, body.toString(), looks]).toEqual([DEAD.address, 'fine', 2]);
    },
  );

  it('of a family that refuses: the other one answers', async () => {
    const server = await serve(OK);
    const http = client({ lookup: knowing(OTHER_FAMILY, LIVING) });
    expect((await http.exchange(request(server.port))).address).toBe('127.0.0.1');
  });

  it('and no other: every address is told with what became of it', async () => {
    const gone = await startHttpServer(OK);
    await gone.close();
    const error = await refusal(client({ lookup: knowing(LIVING, DEAD) }).exchange(request(gone.port)));
    expect(error.message).toBe(
      `cannot connect to ocsp.example.test:${gone.port} at 127.0.0.1, 127.0.0.2: connection refused (ECONNREFUSED)`,
    );
  });
});

it('a name server that never answers is told from an address that does not, and may do so later', async () => {
  const error = await refusal(client({ lookup: () => {}, connectTimeoutMs: 100 }).exchange(request(80)));
  expect([error.code, error.message]).toEqual([
    'http-unreachable',
    'cannot find the address of ocsp.example.test: the name server has not answered within 100 ms (connect time-out)',
  ]);
  expect(isTemporary(error)).toBe(true);
});
