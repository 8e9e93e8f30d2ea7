// The page's one security policy, used twice: as a <meta> in the built index.html (so that it also holds on static
// hosts that send no headers) and as a response header by serve.mjs.
//
// 'wasm-unsafe-eval' is what compiling WebAssembly needs; there is no 'unsafe-eval' and no 'unsafe-inline'.
// blob: workers are allowed because a worker started from a blob inherits this policy, while one started from a URL
// only has the policy of its own response headers, which a static host may not send (see src/engine.ts).
export const content_security_policy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self' blob:",
  "connect-src 'self'",
  "img-src 'self'",
  "style-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');
