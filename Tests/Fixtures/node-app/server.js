// A server without packages and without a SIGTERM handler, which nothing tells to finish its requests.
// ?for=MS makes an answer take that long; with ?every=N only one request in N does.
const http = require('http')
let count = 0

http
  .createServer((request, answer) => {
    const query = new URL(request.url, 'http://localhost').searchParams
    count += 1
    const isSlow = count % Number(query.get('every') ?? 1) === 0
    answer.write('version 1\n')
    if (isSlow && query.has('for')) setTimeout(() => answer.end('end\n'), Number(query.get('for')))
    else answer.end('end\n')
  })
  .listen(process.env.PORT, process.env.HOSTNAME)
