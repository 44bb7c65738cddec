import { defineConfig } from 'vite';

export default defineConfig({
  build: {
    lib: { entry: 'index.ts', formats: ['es'], fileName: () => 'index.js' },
    outDir: 'dist',
    target: 'es2022',
    minify: true,
  },
});
