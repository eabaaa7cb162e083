/** `restaple ocsp`, as it is typed. */
import type { ForeignVerb } from './verb.ts';

export const OCSP: ForeignVerb = {
  name: 'ocsp',
  summary: 'ask a responder with the flags of openssl ocsp',
  operand: '<flags...>',
  options: [],
  async runTyped(args, io) {
    const { ocspCommand } = await import('../commands/ocsp.ts');
    return ocspCommand(args, io);
  },
};
