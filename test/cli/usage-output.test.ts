import { expect, it } from 'vitest';
import { UsageError } from '../../src/cli/arguments.ts';
import { refuseUsage } from '../../src/cli/usage-output.ts';

/** Both may quote what was typed, or what a certificate says. */
it('what would act upon a terminal is shown, in the message and in the hint', () => {
  const said: string[] = [];
  const io = { err: (text: string) => said.push(text) };
  const error = new UsageError('unknown \x1b[2Jverb', 'did you mean \x1b]0;x\x07\n?');
  expect(refuseUsage(io, error, 'restaple --help')).toBe(64);
  expect(said).toEqual([
    'restaple: unknown \\u{1b}[2Jverb\nhint: did you mean \\u{1b}]0;x\\u{7}\\u{a}? see restaple --help\n',
  ]);
});
