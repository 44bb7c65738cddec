import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const here = (p: string): string => fileURLToPath(new URL(p, import.meta.url));

/** The studio's component library writes <style> elements; the page's policy wants sheets (studio/stylesheets.ts). */
const strictStyles = {
  name: 'strict-styles',
  enforce: 'pre' as const,
  resolveId: (id: string, from?: string): string | undefined =>
    /\/dynamicCSS(\.js)?$/.test(id) && from?.includes('node_modules') ? here('./studio/stylesheets.ts') : undefined,
};

// What the viewer page needs at once and others use too is one file: a browser
// asks for six at a time without HTTP/2, and each further one costs a phone on a
// thin line another round trip.
const base = [
  /\/node_modules\/(preact\/(dist|hooks|jsx-runtime)|@preact)\//,
  /vite\/preload-helper|@oxc-project.runtime/,
  new RegExp(`^${here('./sdk/')}(?!consistency|hashcash|tlog|.*\\.test)`), // what checks the log comes when there is something to check
  new RegExp(`^${here('./words/')}(index|zh)\\.ts$`),
  new RegExp(
    `^${here('./viewer/')}(account|bag|bridge|bundle|clean|early|icons|prefs|prizes|record|sheet|store|translated)\\.tsx?$`,
  ),
];

export default defineConfig({
  plugins: [strictStyles],
  resolve: {
    alias: [
      { find: '@fudai/sdk', replacement: here('./sdk/index.ts') },
      // The verifier lies outside this folder; what it imports is installed here.
      { find: /^@noble\//, replacement: `${here('./node_modules/@noble')}/` },
    ],
  },
  worker: { format: 'es' },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: ['es2022', 'chrome94', 'safari15.4', 'firefox93'],
    outDir: 'dist',
    assetsInlineLimit: 0, // data: URLs would need a looser CSP
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
    chunkSizeWarningLimit: 1_500, // the studio's component library, which no viewer loads
    rolldownOptions: {
      output: {
        codeSplitting: {
          // Without this a group takes along all that its modules import.
          includeDependenciesRecursively: false,
          groups: [{ name: 'base', test: (id: string) => base.some((r) => r.test(id)) }],
        },
      },
      onwarn: (w, say) => {
        // A package that is not installed would be left for the browser to find: run npm ci.
        if (w.code === 'UNRESOLVED_IMPORT') throw new Error(w.message);
        // The same library marks its files for a server framework that is not here.
        if (w.code !== 'MODULE_LEVEL_DIRECTIVE') say(w);
      },
      input: {
        viewer: here('./index.html'),
        overlay: here('./overlay.html'),
        verify: here('./verify.html'),
        desk: here('./desk.html'),
        studio: here('./studio.html'),
        login: here('./login.html'),
      },
    },
  },
  server: { proxy: { '/v1': { target: process.env.FUDAI_URL ?? 'http://127.0.0.1:8088', ws: true } } },
  test: { include: ['{sdk,viewer,words,desk,door,studio}/**/*.test.ts'], environment: 'node' },
});
