// What the site of ../next-site asks: `node backend.mjs PORT`. It answers with what it was asked; /hold waits until somebody
// asks for /release, /seen tells what it was asked so far, and what upgrades is echoed.
import http from 'node:http'

const held = []
const seen = []
const server = http.createServer((request, answer) => {
  seen.push(request.url)
  switch (request.url) {
    case '/hold':
      held.push(answer)
      return
    case '/held':
      answer.end(String(held.length))
      return
    case '/release':
      for (const waiting of held.splice(0)) waiting.end('released')
      answer.end('released')
      return
    case '/seen':
      answer.end(JSON.stringify(seen))
      return
    default:
      answer.end(`backend: ${request.url}`)
  }
})
server.on('upgrade', (request, socket) => {
  socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
  socket.on('error', () => {})
  socket.pipe(socket)
})
server.listen(Number(process.argv[2]), '127.0.0.1')
