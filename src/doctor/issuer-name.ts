/** Single attributes of an issuer's name, for the tables that are kept by name. */
import { attempt } from '../attempt.ts';
import { formatName } from '../x509/name.ts';

export const organizationOf = (name: Uint8Array): string | undefined => attributeOf(name, 'O');
export const commonNameOf = (name: Uint8Array): string | undefined => attributeOf(name, 'CN');

/** The last one, which is the most specific; `undefined` also for a name that cannot be read. */
function attributeOf(name: Uint8Array, type: string): string | undefined {
  const text = attempt(() => formatName(name));
  // formatName puts a backslash before commas of the values, so that only separators are bare.
  const attributes = text?.split(/(?<!\\), | \+ /) ?? [];
  const found = attributes.findLast((attribute) => attribute.startsWith(`${type}=`));
  return found?.slice(type.length + 1).replaceAll(/\\(.)/g, '$1');
}
