import { describe, expect, it } from 'vitest';
import { shellWord } from '../src/shell-word.ts';
import { run } from './support/peers.ts';

describe('shellWord', () => {
  it('leaves plain paths as they are', () => {
    expect(shellWord('/usr/lib/restaple-1.0/bin.js')).toBe('/usr/lib/restaple-1.0/bin.js');
  });

  it.each(['', 'a b', "it's", '$HOME', '`id`', '~', '*', 'a\nb', String.raw`\'`])(
    'makes one word of %j',
    async (text) => {
      const { stdout } = await run('/bin/sh', ['-c', `printf '<%s>' ${shellWord(text)}`]);
      expect(stdout).toBe(`<${text}>`);
    },
  );
});
