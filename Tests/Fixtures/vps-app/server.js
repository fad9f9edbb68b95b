// A server that tries what it is asked to try, and answers "done" or the error's code.
const fs = require('fs')
const net = require('net')
const { execFileSync } = require('child_process')

// As an app that misses something it needs.
if (fs.existsSync('uploads/crash')) process.exit(7)

const server = require('http').createServer(async (request, answer) => {
  const url = new URL(request.url, 'http://localhost')
  const path = url.searchParams.get('path')
  const attempt = (body) => {
    try {
      body()
      answer.end('done\n')
    } catch (error) {
      answer.end(`${error.code ?? 'status ' + error.status}\n`)
    }
  }
  switch (url.pathname) {
    case '/': return answer.end(fs.readFileSync('built.txt'))
    case '/slow': return setTimeout(() => answer.end('slow\n'), 3000)
    case '/crash': return process.exit(3)
    case '/status': return answer.end(fs.readFileSync('/proc/self/status'))
    case '/read': return attempt(() => (fs.statSync(path).isDirectory() ? fs.readdirSync(path) : fs.readFileSync(path)))
    case '/write': return attempt(() => fs.writeFileSync(path, 'written\n'))
    case '/headers': return answer.end(JSON.stringify(request.headers))
    case '/redirect': return answer.writeHead(307, { Location: `http://localhost:${process.env.PORT}${path}` }).end()
    case '/run': return attempt(() => execFileSync('/bin/sh', ['-c', path], { stdio: 'ignore' }))
    case '/connect':
      return net.connect(path).on('connect', () => answer.end('done\n')).on('error', (error) => answer.end(`${error.code}\n`))
    default:
      answer.statusCode = 404
      answer.end()
  }
})
// A WebSocket that says what it hears, without frames.
server.on('upgrade', (request, socket) => {
  const key = request.headers['sec-websocket-key'] + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
  const accept = require('crypto').createHash('sha1').update(key).digest('base64')
  socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n')
  socket.write(`Sec-WebSocket-Accept: ${accept}\r\n\r\n`)
  socket.on('error', () => {}).pipe(socket)
})
setTimeout(() => server.listen(process.env.PORT, process.env.HOSTNAME, () => console.log(`version ${fs.readFileSync('built.txt')}`)),
  fs.existsSync('late') ? 4000 : 0)
