/** The page of errors and the code, held together both ways: every code has its entry, and every fact is the code's. */
import { describe, expect, it } from 'vitest';
import { EXIT, exitCodeOf, gravest } from '../../src/cli/exit-codes.ts';
import { doctorTellsMore, hintFor } from '../../src/cli/hints.ts';
import {
  ConfigError,
  CrlError,
  DerError,
  InputError,
  KeeperError,
  ProbeError,
  ResponseError,
  RestapleError,
  ServerError,
  TransportError,
} from '../../src/errors.ts';
import { brokenRule } from '../../src/ocsp/rules.ts';
import { ERRORS_PAGE, codesByExit, errorEntries } from './errors-page.ts';
import { CONFIG_EXAMPLES } from './examples/config.ts';
import { CRL_EXAMPLES } from './examples/crl.ts';
import { DER_EXAMPLES } from './examples/der.ts';
import type { Example } from './examples/example.ts';
import { INPUT_EXAMPLES } from './examples/input.ts';
import { KEEPER_EXAMPLES } from './examples/keeper.ts';
import { PROBE_EXAMPLES } from './examples/probe.ts';
import { RESPONSE_EXAMPLES } from './examples/response.ts';
import { SERVER_EXAMPLES } from './examples/server.ts';
import { TRANSPORT_EXAMPLES } from './examples/transport.ts';

const CLASSES = [
  { Kind: DerError, examples: DER_EXAMPLES },
  { Kind: InputError, examples: INPUT_EXAMPLES },
  { Kind: TransportError, examples: TRANSPORT_EXAMPLES },
  { Kind: ResponseError, examples: RESPONSE_EXAMPLES },
  { Kind: CrlError, examples: CRL_EXAMPLES },
  { Kind: KeeperError, examples: KEEPER_EXAMPLES },
  { Kind: ServerError, examples: SERVER_EXAMPLES },
  { Kind: ProbeError, examples: PROBE_EXAMPLES },
  { Kind: ConfigError, examples: CONFIG_EXAMPLES },
] as const;

const entries = errorEntries();
const cases = CLASSES.flatMap(({ Kind, examples }) =>
  Object.entries(examples).map(([code, example]) => ({ Kind, code, example })),
);

async function thrownBy(example: Example): Promise<RestapleError> {
  try {
    await example();
  } catch (error) {
    if (error instanceof RestapleError) return error;
    throw error;
  }
  throw new Error('the example throws nothing');
}

/** As the page writes it: `4 CertID, RFC 6960 section 3.2 (1)`. */
function ruleOf(error: RestapleError): string | undefined {
  const rule = brokenRule(error);
  return rule && `${rule.number} ${rule.name}, ${rule.source}`;
}

describe('docs/reference/errors.md', () => {
  it('has an entry for every code, under its class, and no other', () => {
    const codes = cases.map(({ Kind, code }) => `${Kind.name} ${code}`);
    expect(entries.map(({ group, code }) => `${group} ${code}`)).toEqual([...codes, 'Other internal']);
  });

  it.each(cases)('says of $code what the code does', async ({ Kind, code, example }) => {
    const error = await thrownBy(example);
    expect(error).toBeInstanceOf(Kind);
    expect(error.code).toBe(code);
    expect(entries.find((entry) => entry.code === code)).toMatchObject({
      message: error.message,
      rule: ruleOf(error),
      exit: String(exitCodeOf(error)),
      hint: hintFor(error),
      doctor: doctorTellsMore(error) ? 'yes' : undefined,
    });
  });

  it('says of a fault of restaple what the code does', () => {
    const fault = new TypeError('a fault');
    expect(entries.at(-1)).toMatchObject({
      message: undefined,
      rule: undefined,
      exit: String(exitCodeOf(fault)),
      hint: hintFor(fault),
    });
  });

  it.each(entries)('tells of $code what it means, its cause, and what to do', ({ prose }) => {
    expect(prose).toHaveLength(3);
    const [meaning, cause, remedy] = prose;
    expect(meaning).toMatch(/^[^*].+\.$/s);
    expect(cause).toMatch(/^\*\*Cause\.\*\* .+\.$/s);
    expect(remedy).toMatch(/^\*\*Do\.\*\* .+\.$/s);
  });

  it('lists every code by its exit code', () => {
    const byExit: Record<string, string[]> = {};
    for (const { exit = '', code } of entries) (byExit[exit] ??= []).push(code);
    expect(Object.fromEntries(codesByExit())).toEqual(byExit);
  });

  it('ranks the exit codes as the code does', () => {
    const ranking = /gravest counts, in this order: ([\d, ]+)\./.exec(ERRORS_PAGE)?.[1] ?? '';
    const exits = Object.values(EXIT);
    const codes = ranking.split(', ').flatMap((text) => exits.filter((exit) => String(exit) === text));
    expect(codes).toHaveLength(exits.length);
    for (const [rank, code] of codes.entries()) expect(gravest(codes.slice(rank).toReversed())).toBe(code);
  });
});
