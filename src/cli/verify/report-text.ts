/** A judgement for people: a line for each rule, then the lines that a user of `openssl ocsp` knows. */
import type { RuleOutcome } from '../../ocsp/explain-response.ts';
import { RULES } from '../../ocsp/rules.ts';
import { printable } from '../../text.ts';
import { displayName } from '../describe/file-name.ts';
import { hintFor } from '../hints.ts';
import type { Io } from '../io.ts';
import { showsSigns } from '../signs.ts';
import { statusLines, updateLines } from '../status-lines.ts';
import type { Judged } from './judged.ts';
import { colors } from '../colors.ts';

type Marks = Readonly<Record<RuleOutcome['outcome'], string>>;

const SIGNS: Marks = { passed: '✓', failed: '✗', unreached: '-' };
const WORDS: Marks = { passed: 'ok  ', failed: 'FAIL', unreached: '-   ' };

const NAME_WIDTH = Math.max(...RULES.map(({ name }) => name.length));

export function printJudged(io: Io, response: string, judged: Judged): void {
  const { dim } = colors(io.colorErr);
  io.out([...ruleLines(io, judged), '', ...closingLines(io, response, judged), ''].join('\n'));
  const hint = judged.error && hintFor(judged.error);
  if (hint !== undefined) io.err(`${dim('hint:')} ${hint}\n`);
}

/** One line for each rule. */
export function ruleLines(io: Io, { rules }: Pick<Judged, 'rules'>): string[] {
  const { green, red, dim } = colors(io.colorOut);
  const color = { passed: green, failed: red, unreached: dim };
  const marks = showsSigns(io.env) ? SIGNS : WORDS;
  return rules.map(({ rule, outcome, detail }) => {
    const label = `${String(rule.number).padStart(2)} ${rule.name.padEnd(NAME_WIDTH)}`;
    const source = outcome === 'failed' ? ` (${rule.source})` : '';
    return `${color[outcome](marks[outcome])} ${label}  ${printable(detail)}${source}`;
  });
}

function closingLines(io: Io, response: string, { status, single, error }: Judged): string[] {
  const { green, red, yellow } = colors(io.colorOut);
  const color = { good: green, revoked: red, unknown: yellow, refused: red }[status];
  const reason = status === 'refused' && error ? `: ${printable(error.message)}` : '';
  const lines = [`${displayName(response)}: ${color(status)}${reason}`];
  if (!single) return lines;
  // What a refused response says of a revocation nobody vouches for.
  return [...lines, ...(status === 'refused' ? updateLines(single) : statusLines(single))];
}
