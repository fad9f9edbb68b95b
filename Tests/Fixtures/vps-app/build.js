// A build that says what it can reach: each line is "build CAN KIND PATH" or "build cannot KIND PATH (CODE)".
const fs = require('fs')
const attempt = (kind, path, body) => {
  try {
    body()
    console.log(`build CAN ${kind} ${path}`)
  } catch (error) {
    console.log(`build cannot ${kind} ${path} (${error.code})`)
  }
}
for (const path of ['apps/other/env', 'apps/other/repo.git/HEAD', 'apps/shop/env', 'apps/shop/repo.git/HEAD', 'config.json'])
  attempt('read', path, () => fs.readFileSync('/opt/nextdeploy/' + path))
for (const path of ['apps/shop/build/request', 'apps/shop/build/bin', 'apps/shop/releases/x', 'instances/x', 'caddy/x.caddy'])
  attempt('write', path, () => fs.writeFileSync('/opt/nextdeploy/' + path, ''))
attempt('reach', 'the metadata service', () =>
  require('child_process').execFileSync('curl', ['-sf', '--max-time', '2', 'http://169.254.169.254:8099/']))
attempt('listen on', 'port 3500', () =>
  require('child_process').execFileSync(process.execPath, ['-e', 'require("net").createServer().listen(3500, () => process.exit())'],
    { stdio: 'ignore' }))
console.log(`build runs as ${process.getuid()}`)
if (process.env.HANG) setInterval(() => {}, 1000)
if (fs.existsSync('slow')) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2000)
// As one that writes without end, and does not care that it cannot.
if (fs.existsSync('filling')) {
  process.on('SIGTERM', () => {})
  for (;;) {
    try { fs.appendFileSync('big.txt', Buffer.alloc(1 << 20)) } catch {}
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20)
  }
}
if (fs.existsSync('hog')) for (const hog = []; ; ) hog.push(Buffer.alloc(10 << 20, 1))
if (fs.existsSync('fail')) process.exit(7)
if (fs.existsSync('kill')) process.kill(process.pid, 'SIGKILL')
fs.writeFileSync('built.txt', fs.readFileSync('version.txt'))
