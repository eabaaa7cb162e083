/** What the response says about each certificate, in the lines of `openssl ocsp`. */
import { brokenRule } from '../../ocsp/rules.ts';
import { printable } from '../../text.ts';
import { statusLines } from '../status-lines.ts';
import type { Answer } from './judge.ts';

/**
 * `FILE: good` stands there only for an answer that passed: scripts look for these very words. openssl prints them
 * below `Response Verify Failure` too.
 */
export function summary({ question, single, error }: Answer): string {
  const name = printable(question.name);
  if (!single) return `${name}: ERROR: No Status found.\n`;
  const broken = error && brokenRule(error)?.name;
  const status = [single.certStatus.type, ...statusLines(single), ''].join('\n');
  if (!error || broken === 'certificate status') return `${name}: ${status}`;
  if (broken === 'times') return `${name}: WARNING: Status times invalid.\n${status}`;
  return `${name}: ERROR: Response not verified.\n`;
}
