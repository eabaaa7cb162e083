/** The gravest that was found at a server, in one line: for monitoring, and for the table of `--watch`. */
import { addressPort } from '../../http/place.ts';
import type { Presentation, ServerReport } from './presentation.ts';
import { type Finding, bySeverity, severityOf } from './states.ts';
import type { CheckTarget } from './target.ts';
import { keyName } from './words.ts';

/** Of a server with several certificates or machines it says which of them is in trouble. */
export function headline({ target, presentations, failures }: ServerReport): string {
  const told: (readonly [finding: Finding, where: string])[] = failures.map((finding) => [finding, '']);
  for (const one of presentations) {
    const where = presentations.length > 1 ? `${keyName(one)}${placeOf(target, one)}: ` : '';
    for (const finding of one.findings) told.push([finding, where]);
  }
  const [first] = told.toSorted(([a], [b]) => bySeverity(severityOf(a), severityOf(b)));
  if (!first) return '';
  const [finding, where] = first;
  return (severityOf(finding) === 'OK' ? '' : where) + finding.message;
}

/** Where that is not plain from the name. */
export const placeOf = ({ host, port }: CheckTarget, { look }: Presentation): string =>
  look.address === host && look.port === port ? '' : ` at ${addressPort(look.address, String(look.port))}`;
