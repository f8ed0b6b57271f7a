import { resolve } from 'node:path';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** The development server's proxy target. */
const API_URL = process.env.RINGLEADER_API_URL ?? 'http://127.0.0.1:3000';
const PASSED_ON = ['/api', '/sign-in', '/sign-out', '/docs', '/openapi.json', '/health', '/ready'];

// biome-ignore lint/style/noDefaultExport: Vite reads its configuration from the default export.
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), tailwindcss()],
  // Assets stay files, since the page's policy forbids inline data.
  build: {
    outDir: resolve(import.meta.dirname, 'dist'),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2022',
  },
  server: {
    host: '127.0.0.1',
    port: 5173,
    proxy: Object.fromEntries(PASSED_ON.map((path) => [path, { target: API_URL, changeOrigin: false }])),
  },
});
