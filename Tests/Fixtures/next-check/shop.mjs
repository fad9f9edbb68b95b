// Asks a site of ../next-shop for what it does: `node shop.mjs ORIGIN ADDRESS BACKEND`, as check.mjs does of ../next-site.
import { browsers, stream } from './stream.mjs'
import { visitor } from './request.mjs'

const [origin, address, backend] = process.argv.slice(2)
const visit = visitor(new URL(origin), address)
const url = (path) => new URL(path, origin).href
let failures = 0

function check(what, isRight, got) {
  if (isRight) return
  failures += 1
  console.log(`FAILED  ${what}: ${JSON.stringify(got)}`)
}

const heading = (answer) => /<h1>(.*?)<\/h1>/.exec(answer.body)?.[1]

// proxy.ts: what a visitor gets, and what the app is told.
for (const path of ['/shop/rewrite-url', '/shop/rewrite-clone']) {
  const answer = await visit(path)
  check(path, answer.status === 200 && heading(answer) === 'the target, rewritten', [answer.status, answer.body.slice(0, 300)])
}
for (const [path, status, to] of [['/shop/redirect-url', 307, '/shop/target?a=b'], ['/shop/redirect-clone', 308, '/shop/target']]) {
  const answer = await visit(path)
  check(path, answer.status === status && new URL(answer.headers.location, origin).href === url(to), [answer.status, answer.headers])
}
const told = JSON.parse((await visit('/shop/told')).body)
check('request.url', told.url === url('/shop/told') && told.next === url('/shop/told'), told)
const target = await visit('/shop/target', { headers: { 'x-to-app': 'forged' } })
check('a header to the app', heading(target) === `the target, ${url('/shop/target')}`, target.body.slice(0, 300))
check('a header to the visitor', target.headers['x-from-proxy'] === 'proxy', target.headers)

// What basePath leaves out is the app's to refuse.
for (const path of ['/', '/target', '/_next/static/none.js', '/hello.txt']) {
  const answer = await visit(path)
  check(path, answer.status === 404, answer.status)
}
check('a public file', (await visit('/shop/hello.txt')).body === 'served from public\n')

// Each script of the page is a file on the disk: Next.js's own ETags are weak.
const page = await visit('/shop')
check('the page', heading(page) === 'Hello from the shop', page.body.slice(0, 300))
const scripts = [...page.body.matchAll(/src="(\/shop\/_next\/static\/[^"]+\.js[^"]*)"/g)].map(([, path]) => path)
check('scripts of the page', scripts.length > 0, page.body)
for (const path of scripts) {
  const { status, headers } = await visit(path, { method: 'HEAD' })
  check(path, status === 200 && headers['cache-control'].includes('immutable') && !headers.etag.startsWith('W/'), [status, headers])
}

// Nothing compresses what streams, and Caddy does not hold it back to do so.
for (const encoding of ['identity', browsers]) {
  const { isEarly, answer } = await stream(visit, '/shop/stream', backend, encoding)
  check(`streams (${encoding})`, isEarly && answer.body.includes('the late part'), answer)
}

console.log(failures === 0 ? `all checks of ${origin} hold` : `${failures} checks of ${origin} FAILED`)
process.exit(failures === 0 ? 0 : 1)
