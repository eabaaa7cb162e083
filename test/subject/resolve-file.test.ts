import { resolve } from 'node:path';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { fileResolver } from '../../src/subject/resolve-file.ts';

const part = fc.constantFrom('', '.', '..', 'a', 'b.crt', '...', '.a', 'a b');

it('gives what `resolve` gives, whatever came before', () => {
  fc.assert(
    fc.property(fc.array(fc.array(part, { minLength: 1, maxLength: 4 })), (paths) => {
      const resolveFile = fileResolver();
      for (const path of paths.map((parts) => parts.join('/'))) expect(resolveFile(path)).toBe(resolve(path));
    }),
  );
});

it('takes the next directory where one name begins like the other', () => {
  const resolveFile = fileResolver();
  for (const path of ['/x/a', '/xy/a', '/x/y/a', '/x/a', 'x/a', '/a']) {
    expect(resolveFile(path)).toBe(resolve(path));
  }
});
