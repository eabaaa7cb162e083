/** What a check found: one line of the diagnosis, and what follows from it. */

/** `problem` stands in the way of a staple or costs somebody one; `note` is good to know. */
export type FindingOutcome = 'ok' | 'problem' | 'note';

export interface Finding {
  /** A word or two: `issuer`, `DNS`, `GET`. */
  readonly title: string;
  readonly outcome: FindingOutcome;
  /** The values that were looked at. Text from outside may be in it: whoever prints it makes it printable. */
  readonly detail: string;
  readonly meaning?: string;
  readonly advice?: string;
}

/** What there is to add to a finding. */
type Remarks = Pick<Finding, 'meaning' | 'advice'>;

const finding =
  (outcome: FindingOutcome) =>
  (title: string, detail: string, remarks: Remarks = {}): Finding => ({ title, outcome, detail, ...remarks });

type Maker = (title: string, detail: string, remarks?: Remarks) => Finding;

export const ok: Maker = finding('ok');
export const problem: Maker = finding('problem');
export const note: Maker = finding('note');
