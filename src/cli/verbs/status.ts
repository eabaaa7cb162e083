/** `restaple status`, as it is typed. */
import { CONTROL } from './control.ts';
import { JSON_SWITCH, type Verb } from './verb.ts';

export interface StatusFlags {
  readonly json: boolean;
  readonly control: string | undefined;
  readonly store: string | undefined;
}

export const STATUS: Verb = {
  name: 'status',
  summary: 'show the certificates that are kept, those first that need you',
  description:
    'Asks the running keeper, or reads the store where none is running.\n' +
    '<cert> is a certificate file that is kept, or a directory with some; without any, all are shown.',
  operand: '[cert...]',
  least: 0,
  most: Infinity,
  options: [
    CONTROL,
    { name: 'store', value: '<dir>', help: 'the store of the keeper (default: where restaple run has it)' },
    JSON_SWITCH,
  ],
  async run(args, io) {
    const flags: StatusFlags = {
      json: args.switch('json'),
      control: args.text('control'),
      store: args.text('store'),
    };
    const { statusCommand } = await import('../commands/status.ts');
    return statusCommand(args.operands, flags, io);
  },
};
