/** `restaple demo`, as it is typed. */
import type { Verb } from './verb.ts';

export interface DemoFlags {
  readonly keep: boolean;
}

export const DEMO: Verb = {
  name: 'demo',
  summary: 'show the whole story in a world of its own',
  description:
    'Starts a CA, an OCSP responder, a CDN in front of it and a TLS server on loopback, and tells the story.',
  operand: undefined,
  least: 0,
  most: 0,
  options: [{ name: 'keep', help: 'leave the world running and print commands to try' }],
  async run(args, io) {
    const { demoCommand } = await import('../commands/demo.ts');
    return demoCommand({ keep: args.switch('keep') }, io);
  },
};
