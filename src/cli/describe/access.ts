/** Where a certificate or a service locator says that something is to be had. */
import { printable } from '../../text.ts';
import type { AccessDescription as Access } from '../../x509/authority-info-access.ts';
import { formatGeneralName } from '../../x509/general-name.ts';
import { OID, oidName } from '../../x509/oids.ts';
import type { Row } from './listing.ts';

export interface AccessDescription {
  /** `ocsp`, `caIssuers`, or an OID. */
  readonly method: string;
  readonly url: string | null;
  /** In the place of a URL: `DNS:…`, `directory:…`. */
  readonly name: string | null;
}

const METHODS: Readonly<Record<string, string>> = { [OID.adOcsp]: 'ocsp', [OID.adCaIssuers]: 'caIssuers' };
const LABELS: Readonly<Record<string, string>> = { ocsp: 'OCSP Responder', caIssuers: 'CA Issuers' };

export function describeAccess({ method, location }: Access): AccessDescription {
  const isUrl = location.type === 'URI';
  return {
    method: METHODS[method] ?? oidName(method),
    url: isUrl ? printable(location.value) : null,
    name: isUrl ? null : formatGeneralName(location),
  };
}

export function accessRows(access: readonly AccessDescription[]): readonly Row[] {
  return access.map(({ method, url, name }) => [LABELS[method] ?? method, url ?? name ?? '']);
}
