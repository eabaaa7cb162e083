/** An OCSPRequest as `openssl ocsp -req_text` prints it. */
import type { OCSPRequest } from '../../ocsp/ocsp-request.ts';
import { formatGeneralName } from '../../x509/general-name.ts';
import { certIDLines, certificatesText, extensionLines, signatureLines } from './text.ts';

export function requestText({ tbsRequest, optionalSignature }: OCSPRequest): string {
  const { version, requestorName, requestList, requestExtensions } = tbsRequest;
  const lines = [
    'OCSP Request Data:',
    `    Version: ${version} (0x${(version - 1).toString(16)})`,
    ...(requestorName ? [`    Requestor Name: ${formatGeneralName(requestorName)}`] : []),
    '    Requestor List:',
    ...requestList.flatMap(({ reqCert, singleRequestExtensions }) => [
      ...certIDLines(reqCert, 8),
      ...extensionLines('Request Single Extensions', singleRequestExtensions, 8),
    ]),
    ...extensionLines('Request Extensions', requestExtensions, 4),
  ];
  if (!optionalSignature) return `${lines.join('\n')}\n`;
  const { signatureAlgorithm, signature, certs } = optionalSignature;
  lines.push(...signatureLines(signatureAlgorithm, signature));
  return `${lines.join('\n')}\n${certificatesText(certs)}`;
}
