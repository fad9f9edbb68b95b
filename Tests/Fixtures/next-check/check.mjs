// Asks a site of ../next-site for all that it does, and compares with `next start` of the same build where that is
// given:
//
//   node check.mjs ORIGIN ADDRESS BACKEND [START]
//
//   ORIGIN   where visitors reach it, as in https://shop.example.com
//   ADDRESS  where its server listens, as in 127.0.0.1:8443
//   BACKEND  the port of backend.mjs
//   START    the port of `next start`
import http from 'node:http'
import net from 'node:net'
import tls from 'node:tls'
import { send, visitor } from './request.mjs'
import { browsers, stream } from './stream.mjs'

const [origin, address, backend, start] = process.argv.slice(2)
const site = new URL(origin)
const [host, port] = address.split(':')
let failures = 0
let checks = 0

function check(what, isRight, got) {
  checks += 1
  if (isRight) return
  failures += 1
  console.log(`FAILED  ${what}: ${JSON.stringify(got)}`)
}

/** As a visitor. */
const visit = visitor(site, address)

/** The same of `next start`, told what a proxy tells. */
const visitStart = (path, options = {}) =>
  send({ host: 'localhost', port: start, path, agent: false }, http, {
    ...options,
    headers: {
      host: site.host,
      'x-forwarded-host': site.host,
      'x-forwarded-proto': site.protocol.slice(0, -1),
      'x-forwarded-for': '203.0.113.9',
      ...options.headers,
    },
  })

const heading = (answer) => /<h1>(.*?)<\/h1>/.exec(answer.body)?.[1].replaceAll('<!-- -->', '')
const location = (answer) => answer.headers.location && new URL(answer.headers.location, origin).href
const url = (path) => new URL(path, origin).href

// What it is, how it is asked, and what the answer must be. `differs` says where `next start` gives another, and why.
const cases = [
  { path: '/', heading: 'Hello from the shop', cookie: 'NEXT_LOCALE=en' },
  { path: '/de', heading: 'Hallo aus dem Laden' },
  { path: '/', headers: { 'accept-language': 'de' }, status: 307, to: '/de' },
  { path: '/m/rewrite-url', heading: 'the target' },
  { path: '/m/rewrite-clone', heading: 'the target' },
  { path: '/m/redirect-url', status: 307, to: '/target' },
  { path: '/m/redirect-clone', status: 307, to: '/target' },
  { path: '/m/outside', body: 'backend: /from-middleware' },
  { path: '/m/cookie', heading: 'the target', cookie: 'seen=yes' },
  { path: '/config-redirect', status: 307, to: '/target' },
  { path: '/config-rewrite', heading: 'the target' },
  { path: '/backend/a?b=c', body: 'backend: /a?b=c' },
  { path: '/page-redirect', status: 307, to: '/target' },
  { path: '/target/', status: 308, to: '/target' },
  { path: '/classic', heading: `classic at ${site.host}` },
  { path: '/api/fail', status: 500 },
  { path: '/no/such/page', status: 404 },
  { path: '/api/redirect', status: 307, to: '/target?a=b', differs: 'it redirects to the address that it listens on' },
]
for (const expected of cases) {
  const answers = [['', await visit(expected.path, { headers: expected.headers })]]
  if (start && !expected.differs) answers.push([' of next start', await visitStart(expected.path, { headers: expected.headers })])
  for (const [whose, answer] of answers) {
    const what = `${expected.path}${whose}`
    check(`${what}: status`, answer.status === (expected.status ?? 200), answer.status)
    if (expected.to) check(`${what}: location`, location(answer) === url(expected.to), answer.headers.location)
    if (expected.heading) check(`${what}: heading`, heading(answer) === expected.heading, answer.body.slice(0, 300))
    if (expected.body) check(`${what}: body`, answer.body === expected.body, answer.body)
    if (expected.cookie) {
      check(`${what}: cookie`, answer.headers['set-cookie']?.some((cookie) => cookie.startsWith(expected.cookie)), answer.headers)
    }
  }
}

// What the app is told of where it runs behind, in a route handler and in a middleware.
const told = JSON.parse((await visit('/api/url')).body)
check('request.url', told.url === url('/api/url') && told.next === url('/api/url'), told)
check('host', told.host === site.host && told.forwardedHost === site.host, told)
check('x-forwarded-proto', told.forwardedProto === site.protocol.slice(0, -1), told)
check('x-forwarded-port', told.forwardedPort === (site.port || (site.protocol === 'https:' ? '443' : '80')), told)
const middleware = JSON.parse((await visit('/m/url')).body)
check('request.url of a middleware', middleware.url === url('/m/url') && middleware.next === url('/m/url'), middleware)
if (start) {
  const other = JSON.parse((await visitStart('/api/url')).body)
  check('next start names the address that it listens on', new URL(other.url).hostname === 'localhost', other)
}
check('headers of next.config', (await visit('/target')).headers['x-from-config'] === 'headers')

// A draft, which a cookie turns on.
const draft = await visit('/api/draft')
const cookie = draft.headers['set-cookie']?.[0].split(';')[0]
check('a route handler redirects to the draft', location(draft) === url('/draft'), draft.headers)
check('the draft', heading(await visit('/draft', { headers: { cookie } })) === 'a draft', cookie)
check('what is published', heading(await visit('/draft')) === 'published')

// A server action on a static page, whose value was encrypted when the page was built: as a form, and as a browser's script
// sends it.
function form(fields, headers) {
  const parts = fields.map(([name, value]) => `--edge\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`)
  const body = `${parts.join('')}--edge--\r\n`
  return {
    method: 'POST', body,
    headers: { origin: site.origin, 'content-type': 'multipart/form-data; boundary=edge', 'content-length': Buffer.byteLength(body), ...headers },
  }
}

async function act(ask, whose) {
  const page = await ask('/action')
  const fields = [...page.body.matchAll(/<input type="hidden" name="([^"]+)"(?: value="([^"]*)")?/g)]
    .map(([, name, value = '']) => [name, value.replaceAll('&quot;', '"').replaceAll('&amp;', '&')])
  const submitted = await ask('/action', form(fields))
  check(`a form's action redirects${whose}`, submitted.status === 303 && location(submitted) === url('/target?with=held'), [submitted.status, submitted.headers.location])
  const reference = JSON.parse(fields.find(([, value]) => value.startsWith('{"id"'))?.[1] ?? '{}')
  const held = fields.find(([name]) => name.endsWith(':2'))?.[1]
  check(`the page holds its action${whose}`, reference.id && held, fields)
  const script = await ask('/action', form([['1', held], ['0', '["$@1"]']], { accept: 'text/x-component', 'next-action': reference.id }))
  check(`a script's action redirects${whose}`, script.headers['x-action-redirect']?.startsWith('/target?with=held'), [script.status, script.headers])
  check(`and brings the page with it${whose}`, script.body.includes('the target'), script.body.slice(0, 300))
}
await act(visit, '')
if (start) await act(visitStart, ' of next start')

// The image optimizer.
const image = await visit('/_next/image?url=%2Fpicture.png&w=64&q=75', { headers: { accept: 'image/webp' } })
check('an image is optimized', image.status === 200 && image.headers['content-type'] === 'image/webp', [image.status, image.headers])

// A page that streams, as its app compresses it.
for (const encoding of ['identity', 'gzip', browsers]) {
  const { isEarly, answer } = await stream(visit, '/stream', backend, encoding)
  check(`a page streams (${encoding})`, isEarly && answer.status === 200, answer)
}

// An upgrade request that next.config sends on.
const socket = site.protocol === 'https:'
  ? tls.connect({ host, port, servername: site.hostname, rejectUnauthorized: false }) : net.connect(port, host)
socket.write(`GET /backend/socket HTTP/1.1\r\nHost: ${site.host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n`
  + 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n')
let said = ''
await new Promise((resolve) => {
  socket.on('data', (bytes) => {
    said += bytes
    if (said.endsWith('\r\n\r\n')) socket.write('echo')
    if (said.endsWith('echo')) resolve()
  })
  socket.on('error', resolve).on('close', resolve)
  setTimeout(resolve, 10_000).unref()
})
check('an upgrade request reaches what next.config names', said.startsWith('HTTP/1.1 101 ') && said.endsWith('echo'), said)
socket.destroy()

console.log(failures === 0 ? `all ${checks} checks of ${origin} hold` : `${failures} of ${checks} checks of ${origin} FAILED`)
process.exit(failures === 0 ? 0 : 1)
