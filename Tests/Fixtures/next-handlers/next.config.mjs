import { createRequire } from 'node:module'

const { resolve } = createRequire(import.meta.url)

export default {
  cacheComponents: true,
  cacheMaxMemorySize: 0,
  // Pages that are made anew, and what 'use cache' keeps.
  cacheHandler: resolve('./handlers/pages.js'),
  cacheHandlers: { default: resolve('./handlers/values.js') },
}
