/** What the user says about responders, whichever certificate names them. */
import type { HeaderList } from '../../http/headers.ts';
import type { Certificate } from '../../x509/certificate.ts';
import { nameKey } from '../../x509/name-text.ts';
import { formatName } from '../../x509/name.ts';

export interface ResponderRule {
  /** Fits a responder whose URL begins like this; every responder where neither this nor `issuerName` is given. */
  readonly prefix?: string | undefined;
  /** Fits the responders of certificates whose issuer has a name of this `nameKey`. */
  readonly issuerName?: string | undefined;
  /** Asked in its place. */
  readonly urls?: readonly string[] | undefined;
  /** Besides those of the certificate's settings, which replace those of the same name. */
  readonly headers?: HeaderList | undefined;
  /** It is not asked at all. */
  readonly isDisabled?: boolean | undefined;
}

/** Responders that are asked in the same way. */
export interface Group {
  readonly urls: readonly string[];
  /** The user named them. */
  readonly trusted: boolean;
  readonly headers: HeaderList;
}

/** By which rules `urls` are asked, in their order, each once; empty when all are disabled. */
export function groupsOf(
  urls: readonly string[],
  trusted: boolean,
  issuer: Certificate,
  rules: readonly ResponderRule[],
): readonly Group[] {
  const groups: { urls: string[]; trusted: boolean; rule: ResponderRule | undefined }[] = [];
  const seen = new Set<string>();
  for (const url of urls) {
    const rule = rules.find((one) => fits(one, url, issuer));
    if (rule?.isDisabled === true) continue;
    const vouched = trusted || rule?.urls !== undefined;
    for (const one of rule?.urls ?? [url]) {
      if (seen.has(one)) continue;
      seen.add(one);
      const last = groups.at(-1);
      if (last !== undefined && last.rule === rule && last.trusted === vouched) last.urls.push(one);
      else groups.push({ urls: [one], trusted: vouched, rule });
    }
  }
  return groups.map(({ rule, ...group }) => ({ ...group, headers: rule?.headers ?? [] }));
}

/** A stranger writes the URL of a certificate as he likes: it is compared as it will be dialled. */
function fits({ prefix, issuerName }: ResponderRule, url: string, { subject }: Certificate): boolean {
  return (
    (prefix === undefined || normal(url).startsWith(normal(prefix))) &&
    (issuerName === undefined || nameKey(formatName(subject)) === issuerName)
  );
}

const normal = (url: string): string => (URL.canParse(url) ? new URL(url).href : url);
