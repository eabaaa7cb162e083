/** Where Node.js has none of what its documentation does not promise: no crash, and never the staple of another. */
import { expect, it, vi } from 'vitest';
import { attachStapling } from '../../src/tls/attach-stapling.ts';
import { listen } from '../support/loopback.ts';
import { HERE, end, handshake, serve, site, withResponder } from './site.ts';

vi.mock('node:async_hooks', async (original) => ({
  ...(await original<object>()),
  executionAsyncResource: () => undefined,
}));

it('tells a pair apart by what handshakes present, and gives it no staple', async () => {
  await withResponder(async (responder) => {
    const rsa = site(responder, 'www.example.test', { kind: 'rsa-2048' });
    const ec = site(responder, 'www.example.test');
    const server = serve({ key: [rsa.key, ec.key], cert: [rsa.cert, ec.cert] });
    Object.assign(server, { cert: undefined });
    const stapling = attachStapling(server, HERE);
    const port = await listen(server);
    try {
      await stapling.ready;
      await handshake(port, { sigalgs: 'RSA-PSS+SHA256' });
      await stapling.keeper.add(rsa.cert);
      for (const sigalgs of ['RSA-PSS+SHA256', 'ECDSA+SHA256'])
        expect((await handshake(port, { sigalgs })).staple).toBeUndefined();
    } finally {
      await stapling.close();
      await end(server);
    }
  });
});
