/**
 * What can be found of a server, and how grave it is, by the convention of monitoring plugins
 * (monitoring-plugins.org/doc/guidelines.html, "Plugin Return Codes").
 */
export type Severity = 'OK' | 'WARNING' | 'CRITICAL' | 'UNKNOWN';

export type CheckExitCode = 0 | 1 | 2 | 3;

export const EXIT_CODES: Readonly<Record<Severity, CheckExitCode>> = {
  OK: 0,
  WARNING: 1,
  CRITICAL: 2,
  UNKNOWN: 3,
};

/** As `max_state_alt` of the monitoring plugins has it: what could not be found out hides nothing that was. */
const GRAVITY: readonly Severity[] = ['CRITICAL', 'WARNING', 'UNKNOWN', 'OK'];

/** Ascending from the gravest, for sorting. */
export const bySeverity = (a: Severity, b: Severity): number => GRAVITY.indexOf(a) - GRAVITY.indexOf(b);

export function gravest(severities: Iterable<Severity>): Severity {
  const present = new Set(severities);
  return GRAVITY.find((severity) => present.has(severity)) ?? 'OK';
}

export type State =
  | 'good'
  | 'not needed'
  | 'ageing'
  | 'ending'
  | 'missing'
  | 'must-staple broken'
  | 'expired'
  | 'forged'
  | 'for another certificate'
  | 'revoked'
  | 'unknown'
  | 'refused'
  | 'not verified'
  | 'certificate expired'
  | 'no certificate'
  | 'unreachable'
  | 'responder differs'
  | 'responder failed'
  | 'revoked by CRL'
  | 'CRL failed';

/** `docs/reference/cli.md` has this table with the reasons; a test holds the two together. */
export const SEVERITIES: Readonly<Record<State, Severity>> = {
  good: 'OK',
  'not needed': 'OK',
  ageing: 'WARNING',
  ending: 'CRITICAL',
  missing: 'WARNING',
  'must-staple broken': 'CRITICAL',
  expired: 'CRITICAL',
  forged: 'CRITICAL',
  'for another certificate': 'CRITICAL',
  revoked: 'CRITICAL',
  unknown: 'CRITICAL',
  refused: 'CRITICAL',
  'not verified': 'UNKNOWN',
  'certificate expired': 'CRITICAL',
  'no certificate': 'CRITICAL',
  unreachable: 'CRITICAL',
  'responder differs': 'CRITICAL',
  'responder failed': 'WARNING',
  'revoked by CRL': 'CRITICAL',
  'CRL failed': 'WARNING',
};

/** One thing that was found. */
export interface Finding {
  readonly state: State;
  /** The values that clash, or why all is well. */
  readonly message: string;
  /** The code of the error that it was, where it was one. */
  readonly code: string | undefined;
  readonly hint: string | undefined;
}

export const severityOf = ({ state }: Pick<Finding, 'state'>): Severity => SEVERITIES[state];

/** The gravest first; among equals in the order in which they were found. */
export const byGravity = (findings: readonly Finding[]): Finding[] =>
  findings.toSorted((a, b) => bySeverity(severityOf(a), severityOf(b)));
