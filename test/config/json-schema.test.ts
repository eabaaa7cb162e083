/** The schema for editors: made from the code, and saying what the code does. */
import { readFileSync } from 'node:fs';
import { format } from 'prettier';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { configJsonSchema } from '../../src/config/json-schema.ts';
import { configOf } from './parsed.ts';
import { EXAMPLES, SECTIONS, yamlOf } from './reference-page.ts';

const committed = readFileSync(new URL('../../schema/restaple.schema.json', import.meta.url), 'utf8');

describe('schema/restaple.schema.json', () => {
  it('is what npm run schema writes', async () => {
    const text = await format(JSON.stringify(configJsonSchema()), { parser: 'json', printWidth: 110 });
    expect(committed).toBe(text);
  });

  /** Read back from JSON: what an editor makes of it. */
  const schema = z.fromJSONSchema(JSON.parse(committed));

  it.each([...EXAMPLES.entries()])('takes what the page shows: example %d', (_number, text) => {
    expect(schema.safeParse(parse(text)).error).toBeUndefined();
  });

  it.each([
    ['rescn: 1s'],
    ['rescan: soon'],
    ['certificates: [{issuer: a}]'],
    ['certificates: [{files: []}]'],
    ['certificates: [{files: a, hash: md5}]'],
    ['policy: {requests: 0}'],
    ['policy: {refresh-at: 50}'],
    ['log: {level: loud}'],
    ['hooks: {alarm: /bin/x}'],
    ['responders: [{url: http://a, disabled: true}]'],
    ['version: 2'],
  ])('refuses %s', (text) => {
    expect(schema.safeParse(parse(text)).success).toBe(false);
  });

  const keys = SECTIONS.flatMap(({ name, place, keys: its }) =>
    its.map((one) => ({ ...one, place, title: `${one.key} of ${name}` })),
  );

  it.each(keys)('explains $title', ({ description }) => {
    expect(description).toMatch(/^[A-Za-z].*[^.]$/);
  });

  it.each(keys.filter(({ shown }) => shown !== undefined))(
    'has the default of $title',
    ({ key, shown, place }) => {
      expect(configOf(place(`${key}: ${yamlOf(shown)}`))).toEqual(configOf(place('')));
    },
  );

  it.each(keys.filter(({ sample }) => sample !== undefined))(
    'has a good example of $title',
    ({ key, sample, place }) => {
      expect(() => configOf(place(`${key}: ${yamlOf(sample)}`))).not.toThrow();
    },
  );
});
