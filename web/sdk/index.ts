export { browserEnv, Client, type Events as ClientEvents, type Need, type Options } from './client.ts';
export type { Mine } from './comments.ts';
export type { Status } from './connection.ts';
export type { Entry, EntryState } from './entries.ts';
export {
  type Env,
  type Link,
  type LinkEvents,
  memoryStorage,
  type Storage,
  systemTimers,
  type Target,
  type Timers,
  type Transport,
  webCall,
  webEd25519,
  webFetch,
  webHmac,
  webSolve,
  webStorage,
} from './env.ts';
export { type Checked, type Fork, Gossip } from './gossip.ts';
export { Model } from './model.ts';
export { nonce } from './nonce.ts';
export { type OpenSocket, type SocketLike, webSocket } from './socket.ts';
export { eventStream } from './sse.ts';
export type * from './wire.ts';
