// Written by nextdeploy into an image: asks the app in it for a page, as a visitor would, and ends with 0 where the answer
// is a healthy one: `node health.cjs PATH STATUSES ORIGIN`.
//
//   STATUSES  what is healthy, as in 200-399,404-404
//   ORIGIN    where visitors reach the site, as in https://shop.example.com
'use strict'
const http = require('node:http')

const [path, statuses, origin] = process.argv.slice(2)
const { host, protocol } = new URL(origin)
const ranges = statuses.split(',').map((range) => range.split('-').map(Number))
const headers = {
  host,
  'x-forwarded-host': host,
  'x-forwarded-proto': protocol.slice(0, -1),
  'user-agent': 'nextdeploy',
}

const request = http.get({ host: '127.0.0.1', port: process.env.PORT, path, headers, timeout: 5000 }, ({ statusCode }) => {
  const isHealthy = ranges.some(([first, last]) => first <= statusCode && statusCode <= last)
  if (!isHealthy) console.error(`HTTP ${statusCode} from ${path}`)
  process.exit(isHealthy ? 0 : 1)
})
request.on('timeout', () => request.destroy(new Error('no answer after 5 s')))
request.on('error', (error) => {
  console.error(error.message)
  process.exit(1)
})
