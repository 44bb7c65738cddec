import { browserEnv, type Env, type Fork, webEd25519 } from '@fudai/sdk';
import { signal } from '@preact/signals';

// The organiser's public record as this browser has seen it.

/** The proof that the record contradicts itself, once there is one. */
export const fork = signal<Fork | undefined>(undefined);

/** Older browsers have no Ed25519: they fetch the verifier's when there is something to check. */
export const ed25519: Env['ed25519'] = (key, message, signature) =>
  webEd25519(key, message, signature).catch(async () => (await import('./ed25519.ts')).verify(key, message, signature));

export const recordEnv = (): Env => ({ ...browserEnv(), ed25519 });
