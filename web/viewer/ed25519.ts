import { ed25519 } from '@noble/curves/ed25519.js';

export const verify = (key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean =>
  ed25519.verify(signature, message, key);
