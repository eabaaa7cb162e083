/** Where the user sends a connection in place of where its URL leads: `--connect-to` and `--resolve`, as curl has them. */

/** A host as `URL.hostname` spells it: lower case, IPv6 in brackets. */
type UrlHost = string;

/** For a URL of `host` and `port`, connect to `toHost` and `toPort`; Host and TLS stay as the URL says. */
export interface ConnectTo {
  /** `undefined`: any. */
  readonly host: UrlHost | undefined;
  readonly port: string | undefined;
  /** `undefined`: as the URL says. */
  readonly toHost: UrlHost | undefined;
  readonly toPort: string | undefined;
}

/** The addresses of `host`, when it is asked at `port`, in place of those that DNS knows. */
export interface ResolveTo {
  /** `*`: every host that no other entry names. */
  readonly host: UrlHost;
  readonly port: string;
  /** IP addresses without brackets, at least one. */
  readonly addresses: readonly string[];
}

export interface Detours {
  readonly connectTo: readonly ConnectTo[];
  readonly resolve: readonly ResolveTo[];
}

export interface Destination {
  readonly host: UrlHost;
  readonly port: string;
  /** In place of DNS. */
  readonly addresses: readonly string[] | undefined;
  /** The user named the host or its addresses. */
  readonly named: boolean;
}

/** As in curl the first `--connect-to` that fits counts, then the last `--resolve`, `*` after all others. */
export function detour(host: UrlHost, port: string, { connectTo, resolve }: Detours): Destination {
  if (connectTo.length === 0 && resolve.length === 0)
    return { host, port, addresses: undefined, named: false };
  const to = connectTo.find(
    (one) =>
      (one.host ?? host) === host &&
      (one.port ?? port) === port &&
      (one.toHost !== undefined || one.toPort !== undefined),
  );
  const toHost = to?.toHost ?? host;
  const toPort = to?.toPort ?? port;
  const known = resolve.filter((one) => one.port === toPort);
  const found = known.findLast((one) => one.host === toHost) ?? known.findLast((one) => one.host === '*');
  return {
    host: toHost,
    port: toPort,
    addresses: found?.addresses,
    named: to?.toHost !== undefined || found !== undefined,
  };
}
