/** `restaple refresh`, as it is typed. */
import { CONTROL } from './control.ts';
import { JSON_SWITCH, type Verb } from './verb.ts';

export interface RefreshFlags {
  readonly json: boolean;
  readonly control: string | undefined;
}

export const REFRESH: Verb = {
  name: 'refresh',
  summary: 'have the running keeper fetch a staple now',
  description:
    'Asks the running keeper to fetch the staple of a certificate at once, and waits for the outcome.\n' +
    '<cert> is a certificate file that is kept.',
  operand: '<cert>',
  least: 1,
  most: 1,
  options: [CONTROL, JSON_SWITCH],
  async run(args, io) {
    const flags: RefreshFlags = { json: args.switch('json'), control: args.text('control') };
    const { refreshCommand } = await import('../commands/refresh.ts');
    return refreshCommand(args.operands[0] ?? '', flags, io);
  },
};
