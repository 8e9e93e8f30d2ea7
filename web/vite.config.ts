import { defineConfig, type Plugin } from 'vite';
import { content_security_policy } from './csp.mjs';

/** Writes the policy into the built page. Not while developing: Vite's own client injects inline styles. */
function policy_in_page(): Plugin {
  return {
    name: 'policy-in-page',
    apply: 'build',
    transformIndexHtml: () => [
      {
        tag: 'meta',
        attrs: { 'http-equiv': 'Content-Security-Policy', content: content_security_policy },
        injectTo: 'head-prepend',
      },
    ],
  };
}

export default defineConfig({
  base: './', // works under any path of any static host
  plugins: [policy_in_page()],
  build: {
    target: 'es2022',
    assetsInlineLimit: 0, // the policy allows no data: URLs
    modulePreload: { polyfill: false },
    reportCompressedSize: false, // tools/sizes.mjs reports what matters, once
  },
  worker: { format: 'es' },
});
