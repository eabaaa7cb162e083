/** `restaple relay`, as it is typed. */
import { type Arguments, UsageError } from '../arguments.ts';
import { ISSUER, JUDGING } from './judging.ts';
import { CONFIG, CONTROL, QUIET, type RunFlags, STORE, VERBOSE, runFlags } from './run.ts';
import type { Verb } from './verb.ts';
import { METHOD, ROAD, TIMEOUT, URL_OPTION } from './way.ts';

/** What reads addresses loads node:net, which no other verb needs to know its options. */
async function relayFlags(args: Arguments): Promise<RunFlags> {
  const { LISTEN_FORM, parseListen } = await import('../../relay/front/listen.ts');
  const { NETWORK_FORM, parseNetwork } = await import('../../relay/front/networks.ts');
  return {
    ...runFlags(args),
    relay: {
      listen: args.values('listen', LISTEN_FORM, parseListen),
      allow: args.values('allow', NETWORK_FORM, parseNetwork),
    },
  };
}

export const RELAY: Verb = {
  name: 'relay',
  summary: 'answer servers that ask OCSP responders by themselves, with verified answers',
  description:
    'Answers OCSP requests from memory: for the certificates that are named, and for those of the same issuers that\n' +
    'clients ask for. What is passed on was verified, is kept fresh, and outlives outages of the responder.\n' +
    '<cert> is a file, a directory or a glob pattern; no file is written but those of the store.',
  operand: '[cert...]',
  least: 0,
  most: Infinity,
  options: [
    {
      name: 'listen',
      value: '<host:port|path>',
      help: 'answer here, or at this Unix socket (repeatable, default: 127.0.0.1:2560)',
    },
    {
      name: 'allow',
      value: '<network>',
      help: 'who may ask from other machines, such as 10.0.0.0/8 (repeatable, default: nobody)',
    },
    {
      ...ISSUER,
      help: 'CA certificates, files or directories, for whose certificates it answers (repeatable)',
    },
    URL_OPTION,
    CONFIG,
    STORE,
    CONTROL,
    ...ROAD,
    METHOD,
    TIMEOUT,
    ...JUDGING,
    { name: 'json', help: 'log as JSON (default: on anything but a terminal)' },
    QUIET,
    VERBOSE,
  ],
  async run(args, io) {
    const isNothing = ['config', 'issuer'].every((name) => args.texts(name) === undefined);
    if (args.operands.length === 0 && isNothing) {
      const hint = 'restaple relay CERT..., or restaple relay --issuer FILE;';
      throw new UsageError(
        'no certificate and no issuer is named, so that no answer could be verified',
        hint,
      );
    }
    const flags = await relayFlags(args);
    const { runCommand } = await import('../commands/run.ts');
    return runCommand(args.operands, flags, io);
  },
};
