/** CAs of the Web that turned OCSP off, with the day and where they said so. */
import { organizationOf } from './issuer-name.ts';

export interface RetiredCa {
  readonly name: string;
  /** As people read it. */
  readonly since: string;
  readonly source: string;
}

interface Row extends RetiredCa {
  /** The organizationName of its intermediates begins so. */
  readonly organization: string;
}

const ROWS: readonly Row[] = [
  {
    name: "Let's Encrypt",
    organization: "Let's Encrypt",
    since: '2025-08-06',
    source: 'https://letsencrypt.org/2024/12/05/ending-ocsp',
  },
  {
    name: 'Google Trust Services',
    organization: 'Google Trust Services',
    since: 'the second half of 2025',
    source: 'https://developers.google.com/public-key-infrastructure/updates/april2025-ocsp-notice',
  },
  {
    name: 'HARICA',
    organization: 'Hellenic Academic and Research Institutions CA',
    since: '2026-03-02',
    source: 'https://news.harica.gr/categories/ocsp',
  },
];

/** `issuer` is an encoded Name. */
export function retiredCa(issuer: Uint8Array): RetiredCa | undefined {
  const organization = organizationOf(issuer);
  return ROWS.find((row) => organization?.startsWith(row.organization) === true);
}
