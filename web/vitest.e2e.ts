import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// Browser tests: `npm run e2e`. They need Chromium (CHROMIUM, default
// /usr/bin/chromium); those against the server need Go or FUDAI_BIN or FUDAI_URL.
export default defineConfig({
  resolve: { alias: { '@fudai/sdk': fileURLToPath(new URL('./sdk/index.ts', import.meta.url)) } },
  test: { include: ['e2e/**/*.e2e.ts'], testTimeout: 90_000, hookTimeout: 180_000, fileParallelism: false, retry: 0 },
});
