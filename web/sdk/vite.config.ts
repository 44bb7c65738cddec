import { defineConfig } from 'vite';

export default defineConfig({
  build: {
    lib: { entry: { index: 'index.ts', hashcash: 'hashcash.ts' }, formats: ['es'], fileName: (_, name) => `${name}.js` },
    outDir: 'dist',
    target: 'es2022',
    minify: true,
  },
});
