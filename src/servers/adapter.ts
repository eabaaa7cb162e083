/**
 * How one kind of server takes staples. An adapter knows files, formats and sockets of its server; when something is
 * published, taken back, reloaded or looked at is decided by the keeper (keeper/deploy), the same way for all.
 */

export type ServerType = 'nginx' | 'haproxy' | 'hitch' | 'lighttpd' | 'exim' | 'trafficserver' | 'envoy';

/** A program by its absolute path, and its arguments; run without a shell. */
export type Command = readonly [string, ...string[]];

/** The staple of one certificate file of a server. */
export interface ServerStaple {
  /** The certificate file, as the server's configuration names it. */
  readonly certificate: string;
  /** The file that the staple lies in, one of `outputsOf(certificate)`. */
  readonly file: string;
  /** The OCSPResponse: good, verified, and what `file` holds. */
  readonly der: Buffer;
  /** In milliseconds since 1970. */
  readonly validUntil: number;
}

/**
 * `live`: the running server has it, or takes it by itself from the file. `reload`: it does after a reload. `later`: it
 * does when what it has ends. `idle`: it does not run, as far as can be seen, and takes it when it starts; one that is
 * just starting may have read its files a moment ago, and is asked again.
 */
export type Effect = 'live' | 'reload' | 'later' | 'idle';

/** Where a kind of server differs from one to the next; unused ones are `undefined`. */
export interface ServerOptions {
  /** HAProxy's runtime socket, worker's or master's. */
  readonly socket: string | undefined;
  /** Where the staples of the server lie: Hitch's `ocsp-dir`, Traffic Server's response path, else any directory. */
  readonly dir: string | undefined;
  /** In place of the usual ones of the type. */
  readonly check: Command | undefined;
  readonly reload: Command | undefined;
}

export interface ServerAdapter {
  readonly type: ServerType;
  /**
   * The server's own check of its configuration, which must pass before a reload; absent where it has none. When it
   * fails because of a staple, the file that was there before is put back.
   */
  readonly check: Command | undefined;
  /** Makes a running server read its files again without dropping connections; never starts one. */
  readonly reload: Command | undefined;
  /**
   * How long before its end a staple must be out of the server's sight, in milliseconds: a server that goes on serving
   * an ended one, or breaks on it. Absent where the server looks at the end itself.
   */
  readonly withdrawBeforeMs: number | undefined;
  /**
   * How long it may take until clients see what was published or reloaded, in milliseconds, where that is longer than
   * the usual minute.
   */
  readonly takesMs?: number;
  /**
   * True where a staple that is given to a process goes with it, and a process that was being loaded meanwhile may have
   * read an older file: such a server is given it once more a while later. To give what it has must cost nothing.
   */
  readonly mayForget?: boolean;
  /** True when the file of a certificate that is gone, or that has no staple, has to go, too. */
  readonly needsWithdrawal: boolean;

  /** Files that the server reads the staple of this certificate file from. Pure. */
  outputsOf(certificate: string): readonly string[];

  /**
   * The staple's file has just been written, as DER. Writes what the server wants besides, and gives it to the running
   * server where that can be done without a reload.
   *
   * @throws ServerError `server-refused` when the server is there and does not take it.
   */
  publish(staple: ServerStaple): Promise<Effect>;

  /**
   * Takes a staple out of the server's sight so that TLS goes on working: removes, empties or replaces files as this
   * server can bear it.
   *
   * @throws InputError `output-unwritable`, ServerError `server-refused`
   */
  withdraw(staple: Pick<ServerStaple, 'certificate' | 'file'>): Promise<Effect>;
}

/** Makes the adapter of a type. */
export type CreateAdapter = (options: ServerOptions) => ServerAdapter;
