/** Whether a host as a URL spells it, without brackets, is an IP address: the last label of a name has a letter. */
export const isAddress = (host: string): boolean => host.includes(':') || /^[\d.]+$/.test(host);
