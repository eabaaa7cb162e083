/** The configuration of an Exim that delivers nothing: it listens, and speaks TLS. */

export interface EximOptions {
  readonly port: number;
  /** A directory that its own user may write to. */
  readonly spool: string;
  readonly chain: string;
  readonly key: string;
  /** True unless given. */
  readonly withTls?: boolean;
  /** For `tls_ocsp_file`. */
  readonly staple?: string;
}

export function eximConfig({ port, spool, chain, key, withTls = true, staple }: EximOptions): string {
  const lines = [
    'keep_environment =',
    'primary_hostname = localhost',
    'local_interfaces = 127.0.0.1',
    `daemon_smtp_ports = ${port}`,
    `spool_directory = ${spool}`,
    `log_file_path = ${spool}/%slog`,
    `pid_file_path = ${spool}/exim.pid`,
    `tls_advertise_hosts = ${withTls ? '*' : ''}`,
    `tls_certificate = ${chain}`,
    `tls_privatekey = ${key}`,
    ...(staple === undefined ? [] : [`tls_ocsp_file = ${staple}`]),
  ];
  return `${lines.join('\n')}\n`;
}
