import { createRequire } from 'node:module'

export default {
  cacheHandler: createRequire(import.meta.url).resolve('./handlers/redis.js'),
  // What is asked for comes from Redis each time.
  cacheMaxMemorySize: 0,
}
