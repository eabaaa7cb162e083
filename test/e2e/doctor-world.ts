/** What the doctor is put to end to end: the built command, a directory, and a responder that says good. */
import { afterAll, beforeAll } from 'vitest';
import { type BuiltCli, buildCli } from '../support/built-cli.ts';
import { type Responder, startResponder } from '../support/ocsp-responder.ts';
import { type TestPki, createTestPki, shift } from '../support/pki.ts';
import { makeDirectory } from './world.ts';

const HOUR = 3_600_000;
export const now: Date = new Date();
export const pki: TestPki = createTestPki({ now });
export const at: { readonly thisUpdate: Date; readonly nextUpdate: Date } = {
  thisUpdate: shift(now, -HOUR),
  nextUpdate: shift(now, 11 * HOUR),
};
export const serial: Buffer = pki.leaf.certificate.serialNumber;
export let dir: Awaited<ReturnType<typeof makeDirectory>>;
export let cli: BuiltCli;
export let responder: Responder;

/** They are there while the tests of the file run that calls this. */
export function useDoctorWorld(): void {
  beforeAll(async () => {
    dir = await makeDirectory();
    cli = await buildCli();
    responder = await startResponder({ pki, now: () => shift(now, -HOUR) });
  });
  afterAll(async () => {
    await responder.close();
    await cli.remove();
    await dir.remove();
  });
}
