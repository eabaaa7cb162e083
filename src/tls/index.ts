/** `restaple/tls`: staples for the TLS servers of Node.js. */
export { type Stapling, type StaplingOptions, attachStapling } from './attach-stapling.ts';
export { type CheckServerOptions, type ServerReport, type StapleState, checkServer } from './check-server.ts';
export { createKeeper } from './create-keeper.ts';
export type { StapleEvent, StapleEvents, StoreEvent } from './events.ts';
export type { JudgementOptions, StapleKeeperOptions } from './options.ts';
export { StapleKeeper } from './staple-keeper.ts';
export type { KeeperEvent, KeeperEventType } from '../keeper/events.ts';
export type { CertificateState, CertificateView } from '../keeper/view.ts';
export type { Policy } from '../staple/policy.ts';
export type { CertificateInput } from '../subject/given.ts';
