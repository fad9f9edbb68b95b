// Requests as a visitor's browser makes them.
import http from 'node:http'
import https from 'node:https'
import zlib from 'node:zlib'

/** Makes a function that asks a site, which listens at "host:port", for a path. */
export function visitor(site, address) {
  const [host, port] = address.split(':')
  const to = { host, port, agent: false }
  if (site.protocol === 'https:') Object.assign(to, { servername: site.hostname, rejectUnauthorized: false })
  return (path, options) =>
    send({ ...to, path }, site.protocol === 'https:' ? https : http, { ...options, headers: { host: site.host, ...options?.headers } })
}

/** One request; `onData` sees the body as it grows. */
export function send(to, module, { method = 'GET', headers = {}, body, onData } = {}) {
  return new Promise((resolve) => {
    const request = module.request({ method, ...to, headers }, (answer) => {
      let text = ''
      const { statusCode: status, headers } = answer
      const content = headers['content-encoding'] === 'gzip' ? answer.pipe(zlib.createGunzip()) : answer
      content.on('data', (bytes) => {
        text += bytes
        onData?.(text)
      })
      content.on('end', () => resolve({ status, headers, body: text }))
      for (const part of [answer, content]) part.on('error', (error) => resolve({ status: error.code, headers: {}, body: text }))
    })
    request.on('error', (error) => resolve({ status: error.code, headers: {}, body: '' }))
    request.end(body)
  })
}
