// A visitor with a WebSocket (RFC 6455), who says a number again and again and writes down what comes back. Plain text
// takes the place of frames. Ends with 1 when the other side ends it.
import net from 'node:net'

const [host, port] = process.argv.slice(2)
let number = 0
const socket = net.connect({ host, port }, () => {
  socket.write(
    `GET /socket HTTP/1.1\r\nHost: ${host}:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  )
  setInterval(() => socket.write(`${(number += 1)} `), 200)
})
socket.on('data', (data) => console.log(`heard ${data}`))
socket.on('error', (error) => console.log(`error: ${error.code}`))
socket.on('close', () => {
  console.log('closed')
  process.exit(1)
})
