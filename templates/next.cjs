// Written by nextdeploy beside a release of a Next.js app, whose server it is: `node next.cjs [DIST] ORIGIN`, in the
// app's directory.
//
// Next's own servers take the address that they listen on for the site's: `request.url` and the redirects made from it
// then hold an address that no visitor can reach, and a middleware's rewrite can be taken for one to another site. Only
// a custom server can say where it runs behind (https://nextjs.org/docs/app/guides/custom-server). In everything else this does
// what Next's own do.
//
//   DIST    where the build's output is (".next"), for a standalone server; without it this is `next start`
//   ORIGIN  where visitors reach the site, as in https://shop.example.com
'use strict'
const fs = require('node:fs')
const http = require('node:http')
const nodeModule = require('node:module')
const path = require('node:path')

const directory = process.cwd()
const [dist, origin] = process.argv.length > 3 ? process.argv.slice(2) : [undefined, process.argv[2]]
const { protocol, hostname, port } = new URL(origin)
const listening = Number(process.env.PORT)
// On a server Caddy is on the same machine; a container has a network of its own (nextdeploy export --as).
const address = process.env.HOSTNAME === '0.0.0.0' ? '0.0.0.0' : '127.0.0.1'
const appRequire = nodeModule.createRequire(path.join(directory, 'server.js'))

if (dist) {
  // A standalone server has its settings from the build: what next.config imports is not there.
  const { config } = JSON.parse(fs.readFileSync(path.join(directory, dist, 'required-server-files.json'), 'utf8'))
  process.env.__NEXT_PRIVATE_STANDALONE_CONFIG = JSON.stringify(config)
  process.env.NODE_ENV = 'production'
} else {
  process.env.NEXT_RUNTIME = 'nodejs'
}
// Where Next asks itself: for the page that a server action redirects to.
process.env.__NEXT_PRIVATE_ORIGIN = `http://127.0.0.1:${listening}`

const { version } = appRequire('next/package.json')
process.title = `next-server (v${version})`

const server = http.createServer(answer)
const keepAlive = Number.parseInt(process.env.KEEP_ALIVE_TIMEOUT, 10)
if (keepAlive >= 0) server.keepAliveTimeout = keepAlive

// `next()` of 16 chooses a bundler for development, which would change what runs in production.
const bundler = process.env.TURBOPACK
const next = appRequire('next')
const app = next({
  dev: false,
  dir: directory,
  hostname: hostname.replace(/^\[|\]$/g, ''),
  port: Number(port) || (protocol === 'https:' ? 443 : 80),
  httpServer: server,
})
if (bundler === undefined) delete process.env.TURBOPACK

let handler
const ready = app.prepare().then(() => {
  keepCompiled()
  return (handler = app.getRequestHandler())
})
ready.catch((error) => {
  console.error(error)
  process.exit(1)
})

// Writes down what was compiled, for the next release to start with, while nobody has asked for anything. Whoever takes
// it there is of the app's group.
function keepCompiled() {
  const compiled = process.env.NODE_COMPILE_CACHE
  if (!compiled || !nodeModule.flushCompileCache) return
  const open = (place, mode) => {
    // What the release was given belongs to nextdeploy, which can read it.
    if (fs.statSync(place).uid === process.getuid()) fs.chmodSync(place, mode)
  }
  try {
    nodeModule.flushCompileCache()
    for (const version of fs.existsSync(compiled) ? fs.readdirSync(compiled) : []) {
      const place = path.join(compiled, version)
      open(place, 0o770)
      for (const file of fs.readdirSync(place)) open(path.join(place, file), 0o660)
    }
  } catch (error) {
    console.error(`What Node has compiled is not kept, so the next release starts slower: ${error.message}`)
  }
}

async function answer(request, response) {
  try {
    await (handler ?? (await ready))(request, response)
  } catch (error) {
    console.error(`Failed to handle request for ${request.url}`, error)
    if (!response.headersSent) response.statusCode = 500
    response.end('Internal Server Error')
  }
}

// Next would listen for these at the first ordinary request only.
app.didWebSocketSetup = true
server.on('upgrade', async (request, socket, head) => {
  try {
    await ready
    await app.upgradeHandler(request, socket, head)
  } catch (error) {
    console.error(`Failed to handle request for ${request.url}`, error)
    socket.destroy()
  }
})

server.on('error', (error) => {
  console.error(error)
  process.exit(1)
})

server.listen(listening, address, async () => {
  await ready
  console.log(`Next.js ${version} is ready on ${address}:${listening}, behind ${origin}`)
})

let isEnding = false
async function end(status) {
  if (isEnding) return
  isEnding = true
  // What is being answered comes to its end, and may leave work for after(), which comes to its end then.
  await new Promise((resolve) => server.close(resolve))
  await (app.init?.server ?? app.renderServer)?.close()
  process.exit(status)
}

if (!process.env.NEXT_MANUAL_SIG_HANDLE) {
  process.on('SIGINT', () => end(130))
  process.on('SIGTERM', () => end(143))
}
