// A build that tells all it knows, also in two parts, and is then held until there is a file "go".
const fs = require('fs')
const { SECRET_BOTH, SECRET_BUILD, SECRET_RUN } = process.env
const pause = (milliseconds) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)

fs.writeSync(1, `SECRET_BOTH=${SECRET_BOTH} SECRET_BUILD=${SECRET_BUILD} in two parts: ${SECRET_BOTH.slice(0, 6)}`)
pause(200)
fs.writeSync(2, `${SECRET_BOTH.slice(6)}\n`)
console.log(`run-time: ${SECRET_RUN}`)
// A shell writes there too, which opens the stream anew.
require('child_process').execFileSync('sh', ['-c', 'echo reopened > /dev/stderr'], { stdio: 'inherit' })
fs.writeFileSync('told', 'told')
while (!fs.existsSync('go')) pause(50)
