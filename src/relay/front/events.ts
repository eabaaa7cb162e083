/** What an operator may want to hear of; never one for each request. */
export type RelayEvent =
  | { readonly type: 'client-refused'; readonly address: string }
  | { readonly type: 'connections-full'; readonly connections: number }
  /** A fault of restaple itself, while it answered. */
  | { readonly type: 'fault'; readonly error: unknown };
