/**
 * Names that are none of the public internet, for when somebody else looks them up and the address is out of sight: a
 * proxy stands inside, and knows the names of the inside.
 *
 * What has a public name and a private address (`10.0.0.1.nip.io`) cannot be told by its name.
 */

/** `metadata`: the service of a cloud that hands out credentials, known by this name in most of them. */
export type InsideName = 'local' | 'metadata';

/** Domains that the root does not have, and never will. */
const INSIDE_DOMAINS: ReadonlySet<string> = new Set([
  'localhost', // RFC 6761 section 6.3
  'local', // RFC 6762: multicast DNS
  'home.arpa', // RFC 8375
  'internal', // ICANN, board resolution 2024.07.29.06: reserved for private use
  // RFC 6762 appendix G: in use inside for decades. ICANN delegates none of them.
  'intranet',
  'private',
  'corp',
  'home',
  'lan',
  // What /etc/hosts of Red Hat and the configuration of many a router say beside localhost.
  'localdomain',
  'localdomain4',
  'localdomain6',
]);

/**
 * What `host`, spelt as a URL spells it, is when it is no public name. A name without a dot is for the search list of
 * whoever looks it up; one with an empty label, such as two dots at its end, is no name at all, whatever a resolver
 * makes of it.
 */
export function insideName(host: string): InsideName | undefined {
  const labels = host.replace(/\.$/, '').split('.');
  if (labels.includes('metadata')) return 'metadata';
  if (labels.length === 1 || labels.includes('')) return 'local';
  const isInside =
    INSIDE_DOMAINS.has(labels.slice(-1).join()) || INSIDE_DOMAINS.has(labels.slice(-2).join('.'));
  return isInside ? 'local' : undefined;
}
