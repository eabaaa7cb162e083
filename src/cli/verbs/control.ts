/** Where the keeper is to be found by those who ask it. */
import type { OptionSpec } from '../arguments.ts';

export const CONTROL: OptionSpec = {
  name: 'control',
  value: '<path>',
  help: 'the control socket of the keeper (default: where restaple run puts it)',
};
