// Whether a page's early part reaches a visitor while its late part, which waits for backend.mjs, is held back.
import http from 'node:http'

/** What Chromium, Firefox and Safari say that they take, over TLS. */
export const browsers = 'gzip, deflate, br, zstd'

/**
 * Asks for a page and lets its late part go on once "the early part" has come; ends the process where that does not.
 *
 * `visit` makes one request (request.mjs).
 */
export async function stream(visit, path, backend, encoding) {
  let isEarly = false
  const answer = visit(path, {
    headers: { 'accept-encoding': encoding },
    onData: async (text) => {
      if (isEarly || !text.includes('the early part')) return
      isEarly = true
      while ((await ask(backend, '/held')) !== '1') await new Promise((resolve) => setTimeout(resolve, 5))
      await ask(backend, '/release')
    },
  })
  const timer = setTimeout(() => {
    console.log(`FAILED  ${path} streams (${encoding}): its early part did not come while its late part was held back`)
    process.exit(1)
  }, 30_000)
  try {
    return { answer: await answer, isEarly }
  } finally {
    clearTimeout(timer)
  }
}

async function ask(port, path) {
  const request = http.get({ host: '127.0.0.1', port, path })
  const answer = await new Promise((resolve, reject) => request.on('response', resolve).on('error', reject))
  let text = ''
  for await (const part of answer) text += part
  return text
}
