/** `restaple init`, as it is typed. */
import { JSON_SWITCH, type Verb } from './verb.ts';

export interface InitFlags {
  readonly root: string;
  readonly out: string;
  readonly diff: boolean;
  readonly json: boolean;
}

export const INIT: Verb = {
  name: 'init',
  summary: 'find the servers and certificates of this machine, and write a config',
  description:
    'Reads the configuration of nginx, Angie, HAProxy, Hitch, lighttpd, Exim, h2o, nghttpx, Traffic Server and Apache, and\n' +
    'looks where certbot, acme.sh and lego put certificates. Writes restaple.yaml, or adds to it what is new, and prints\n' +
    'what is to be added to each server, with file and line. Changes no server, and reads no private key.',
  operand: undefined,
  least: 0,
  most: 0,
  options: [
    { name: 'root', value: '<dir>', help: 'look below this directory instead of / (default: /)' },
    { name: 'out', short: 'o', value: '<file>', help: 'the config to write (default: restaple.yaml)' },
    { name: 'diff', help: 'print the changes to the servers as a patch' },
    JSON_SWITCH,
  ],
  async run(args, io) {
    const flags: InitFlags = {
      root: args.text('root') ?? '/',
      out: args.text('out') ?? 'restaple.yaml',
      diff: args.switch('diff'),
      json: args.switch('json'),
    };
    const { initCommand } = await import('../commands/init.ts');
    return initCommand(flags, io);
  },
};
