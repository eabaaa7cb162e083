/** docs/reference/faults.md, as it is made of what `restaple fetch --json` said to each fault. */

/** What `restaple fetch --json` says of a certificate, as far as the page goes. */
export interface Told {
  readonly exitCode: number;
  readonly status: string;
  readonly staple: string;
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly hint: string;
    readonly doctor: string | null;
    readonly httpStatus: number | null;
    readonly rule: { readonly number: number; readonly name: string } | null;
  } | null;
}

export interface Row {
  readonly fault: string;
  readonly told: Told;
  /** How the cause begins that `restaple doctor` names. */
  readonly cause: string;
  /** What `restaple ocsp` ends with; `undefined` where it has no such option. */
  readonly ocspExit: number | undefined;
  /** The message is not the same everywhere. */
  readonly isVague: boolean;
}

const INTRODUCTION = `# Faults

What a responder, or what stands before it, can do, and what \`restaple fetch\` makes of it. Each fault is committed over a
real socket in the tests (\`test/support/faults/index.ts\`), and this page is what \`restaple fetch --json\` said to it, of a
certificate whose staple was there. \`restaple ocsp\` ends with the same exit code unless it says otherwise here; its hints
name its own flags. Where the hint is followed by \`restaple doctor\`, a second line gives that command for the certificate; what
stands behind \`doctor\` is how the cause begins that it names.

Whatever happens: a staple that is there stays byte for byte as it is, unless a better one was verified; nothing waits
longer than \`--timeout\`, but for the system's own look-up of a name; nothing more is read than 256 KiB of body and 16 KiB of
headers.
What the codes mean is in [errors.md](errors.md).
`;

export function faultsPage(
  groups: readonly { readonly title: string; readonly rows: readonly Row[] }[],
): string {
  const sections = groups.map(({ title, rows }) => [`## ${title}\n`, ...rows.map(entry)].join('\n'));
  return [INTRODUCTION, ...sections].join('\n');
}

function entry({ fault, told, cause, ocspExit, isVague }: Row): string {
  const { error, status, staple, exitCode } = told;
  const facts =
    error === null
      ? [`exit: ${exitCode}`]
      : [
          `code: [${error.code}](errors.md#${error.code})`,
          `exit: ${exitCode}`,
          isVague ? 'message: in the words of the system' : `message: \`${error.message}\``,
          `hint: \`${error.hint}\`${error.doctor === null ? '' : ', and `restaple doctor`'}`,
        ];
  const json = [
    `\`"status": "${status}"\``,
    `\`"staple": "${staple}"\``,
    ...(error !== null && error.httpStatus !== null ? [`\`"httpStatus": ${error.httpStatus}\``] : []),
    ...(error !== null && error.rule !== null ? [`rule ${error.rule.number}, ${error.rule.name}`] : []),
  ];
  const ocsp =
    ocspExit === exitCode
      ? []
      : [`\`restaple ocsp\`: ${ocspExit === undefined ? 'has no such option' : `exit ${ocspExit}`}`];
  return [
    `### ${fault}\n`,
    ...[...facts, `--json: ${json.join(', ')}`, `doctor: \`${cause}\``, ...ocsp].map((fact) => `- ${fact}`),
    '',
  ].join('\n');
}
