import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const here = (p: string): string => fileURLToPath(new URL(p, import.meta.url));

export default defineConfig({
  resolve: { alias: { '@fudai/sdk': here('./sdk/index.ts') } },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: ['es2022', 'chrome94', 'safari15.4', 'firefox93'],
    outDir: 'dist',
    assetsInlineLimit: 0, // data: URLs would need a looser CSP
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
    rolldownOptions: { input: { viewer: here('./index.html') } },
  },
  server: { proxy: { '/v1': { target: process.env.FUDAI_URL ?? 'http://127.0.0.1:8088', ws: true } } },
  test: { include: ['{sdk,viewer,words}/**/*.test.ts'], environment: 'node' },
});
