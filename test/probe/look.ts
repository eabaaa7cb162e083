/** Looks at servers of loopback, as tests take them. */
import { lookup } from 'node:dns';
import { monotonicMs } from '../../src/monotonic.ts';
import { type Look, type LookOptions, type Place, lookAt } from '../../src/probe/look.ts';
import { certificatesPem, keyPem } from '../support/files.ts';
import { type TestPki, createTestPki, testResponse } from '../support/pki.ts';
import { type Ending, type Step, startScript } from '../support/starttls/script.ts';

export const LONG_MS = 60_000;

export const pki: TestPki = createTestPki({ now: new Date() });
export const staple: Buffer = testResponse(pki);
/** As a server is set up with the leaf. */
export const LEAF: { readonly key: string; readonly cert: string } = {
  key: keyPem(pki.leaf),
  cert: certificatesPem(pki.leaf, pki.issuer),
};

export const at = (port: number, host = '127.0.0.1'): Place => ({ host, port });

export const options = (own: Partial<LookOptions> = {}): LookOptions => ({
  beginning: 'direct',
  timeoutMs: LONG_MS,
  lookup,
  clock: monotonicMs,
  ...own,
});

/** What a look brings at a server with this script: what it saw, or its error without the place; and what went wrong there. */
export async function lookAtScript(
  steps: readonly Step[],
  own: Partial<LookOptions>,
  ending?: Ending,
): Promise<{
  readonly look: Look | undefined;
  readonly code: unknown;
  readonly words: string;
  readonly wrong: readonly string[];
}> {
  const server = await startScript(steps, LEAF, staple, ending);
  try {
    const look = await lookAt(at(server.port), options({ servername: 'www.example.test', ...own }));
    return { look, code: undefined, words: '', wrong: server.wrong };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const code: unknown = Reflect.get(error, 'code');
    const words = error.message.replace(`127.0.0.1:${server.port}: `, '');
    return { look: undefined, code, words, wrong: server.wrong };
  } finally {
    await server.close();
  }
}
