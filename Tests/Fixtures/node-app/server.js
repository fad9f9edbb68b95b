// A server without packages and without a SIGTERM handler, which nothing tells to finish its requests.
const http = require('http')

http
  .createServer((request, answer) => {
    const time = Number(new URL(request.url, 'http://localhost').searchParams.get('for') ?? 0)
    answer.write('version 1\n')
    setTimeout(() => answer.end('end\n'), time)
  })
  .listen(process.env.PORT, process.env.HOSTNAME)
