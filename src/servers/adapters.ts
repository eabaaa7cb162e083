/** The adapter of each type. Loaded together: bundled apart, each would have error classes of its own. */
import type { CreateAdapter, ServerAdapter, ServerOptions, ServerType } from './adapter.ts';
import { createEnvoy } from './envoy.ts';
import { createExim } from './exim.ts';
import { createHaproxy } from './haproxy.ts';
import { createHitch } from './hitch.ts';
import { createLighttpd } from './lighttpd.ts';
import { createNginx } from './nginx.ts';
import { createTrafficServer } from './trafficserver.ts';

const ADAPTERS: Readonly<Record<ServerType, CreateAdapter>> = {
  nginx: createNginx,
  haproxy: createHaproxy,
  hitch: createHitch,
  lighttpd: createLighttpd,
  exim: createExim,
  trafficserver: createTrafficServer,
  envoy: createEnvoy,
};

export const createAdapter = (type: ServerType, options: ServerOptions): ServerAdapter =>
  ADAPTERS[type](options);
