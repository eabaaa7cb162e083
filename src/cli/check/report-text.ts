/** What was found, for people: a line that says it all for each certificate of each server, then what it stands on. */
import type { CrlStatus } from '../../crl/fetch-crl-status.ts';
import { crlWords } from '../../crl/words.ts';
import { RestapleError } from '../../errors.ts';
import { printable } from '../../text.ts';
import { type Colors, colors } from '../colors.ts';
import type { Io } from '../io.ts';
import { ruleLines } from '../verify/report-text.ts';
import { severityOfServer } from './check-server.ts';
import { comparedWords } from './compare.ts';
import { placeOf } from './headline.ts';
import { ageWords } from './judge-staple.ts';
import type { Presentation, ServerReport } from './presentation.ts';
import { type Finding, type Severity, severityOf } from './states.ts';
import type { CheckTarget } from './target.ts';
import {
  issuerWords,
  keyName,
  leafWords,
  mustStapleWords,
  stapleWords,
  trustWords,
  validityWords,
} from './words.ts';

const INDENT = '  ';
const LABEL_WIDTH = 13;

export class TextReport {
  readonly #io: Io;
  readonly #colors: Colors;
  #isFirst = true;

  constructor(io: Io) {
    this.#io = io;
    this.#colors = colors(io.colorOut);
  }

  print(report: ServerReport): void {
    const { target, presentations, failures } = report;
    for (const failure of failures)
      this.#block([this.#heading(target.name, failure), ...this.#advice(failure)]);
    for (const one of presentations) this.#block(this.#linesOf(target, one));
  }

  /** For several servers one line that sums them up. */
  end(reports: readonly ServerReport[]): void {
    if (reports.length < 2) return;
    const severities = reports.map(severityOfServer);
    const counts = (['CRITICAL', 'WARNING', 'UNKNOWN', 'OK'] as const)
      .map((severity) => [severities.filter((one) => one === severity).length, severity] as const)
      .filter(([count]) => count > 0)
      .map(([count, severity]) => `${count} ${severity}`);
    this.#block([`${reports.length} servers: ${counts.join(', ')}`]);
  }

  #block(lines: readonly string[]): void {
    this.#io.out(`${this.#isFirst ? '' : '\n'}${lines.join('\n')}\n`);
    this.#isFirst = false;
  }

  #heading(about: string, finding: Finding): string {
    const severity = severityOf(finding);
    return `${this.#colorOf(severity)(severity)} ${printable(about)}: ${printable(finding.message)}`;
  }

  #advice({ hint }: Finding): string[] {
    return hint === undefined ? [] : [`${INDENT}do: ${printable(hint)}`];
  }

  #colorOf(severity: Severity): (text: string) => string {
    const { green, yellow, red } = this.#colors;
    return { OK: green, WARNING: yellow, CRITICAL: red, UNKNOWN: yellow }[severity];
  }

  #linesOf(target: CheckTarget, it: Presentation): string[] {
    const [first, ...others] = it.findings;
    const { look, staple, compared, crl } = it;
    const rows: (readonly [label: string, text: string])[] = [
      ['certificate', leafWords(it)],
      ['issuer', issuerWords(it)],
      ['validity', validityWords(it, this.#io.now())],
      ['trust', trustWords(it)],
      ['TLS', `${look.version}, ${look.cipher}`],
      ['must-staple', mustStapleWords(it)],
      ['staple', stapleWords(it)],
    ];
    const rules = staple ? ruleLines(this.#io, staple.judged) : [];
    const after: (readonly [label: string, text: string])[] = [
      ...(staple?.age ? [['life', ageWords(staple.age)] as const] : []),
      ...(compared ? [['responder', comparedWords(compared)] as const] : []),
      ...(crl ? crlLines(crl).map((text, i) => [i === 0 ? 'CRL' : '', text] as const) : []),
      ...others
        .filter((finding) => severityOf(finding) !== 'OK')
        .map((finding) => ['also', `${severityOf(finding)}: ${finding.message}`] as const),
    ];
    return [
      this.#heading(`${target.name}, ${keyName(it)}${placeOf(target, it)}`, first),
      ...rows.map(lineOf),
      ...rules.map((line) => INDENT + line),
      ...after.map(lineOf),
      ...this.#advice(first),
    ];
  }
}

const crlLines = (crl: CrlStatus | RestapleError): readonly string[] =>
  crl instanceof RestapleError ? [crl.message] : [crlWords(crl), ...crl.notes];

const lineOf = ([label, text]: readonly [string, string]): string =>
  `${INDENT}${label.padEnd(LABEL_WIDTH)}${printable(text)}`;
