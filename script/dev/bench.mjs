// The measurements of script/bench. Each figure is a median of several rounds of one run, or a ratio within a round:
// the machine's own speed is in both sides. With --systemd: the part of them that is made on a server, as the user
// nextdeploy. With --swaps: the swaps under load alone. With --long: the same, twenty times as many.
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import crypto from 'node:crypto'
import fs from 'node:fs'
import http from 'node:http'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

const fixtures = path.join(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), '../../Tests/Fixtures')
const isServer = process.argv.includes('--systemd')
const isLong = process.argv.includes('--long')
const swapsAlone = isLong || process.argv.includes('--swaps')
const home = fs.mkdtempSync('/tmp/nextdeploy-bench-')
const root = isServer ? '/opt/nextdeploy' : path.join(home, 'root')
const memory = fs.mkdtempSync('/dev/shm/nextdeploy-bench-')
const environment = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_'))),
  NEXTDEPLOY_ROOT: root,
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'Bench', GIT_AUTHOR_EMAIL: 'bench@example.com',
  GIT_COMMITTER_NAME: 'Bench', GIT_COMMITTER_EMAIL: 'bench@example.com',
}
const rows = []
const running = new Set()

// MARK: Running programs

function run(program, ...words) {
  const options = typeof words.at(-1) === 'object' ? words.pop() : {}
  return execFileSync(program, words, { encoding: 'utf8', env: environment, stdio: ['ignore', 'pipe', 'pipe'], ...options })
}

function seconds(work) {
  const start = performance.now()
  work()
  return (performance.now() - start) / 1000
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]

/** A block of free ports, so that no measurement meets another server. */
async function freePorts() {
  const isFree = (port) =>
    new Promise((resolve) => {
      const server = net.createServer().once('error', () => resolve(false))
      server.listen(port, () => server.close(() => resolve(true)))
    })
  // Below those of outgoing connections: one to a port that nobody listens on yet could be connected to itself.
  for (let first = 10000; first < 32000; first += 100) {
    const free = await Promise.all(Array.from({ length: 90 }, (_, i) => isFree(first + i)))
    if (free.every(Boolean)) return first
  }
  throw new Error('no free block of ports')
}

/** Resolves with the seconds until a port's server answers 200. */
async function firstAnswer(port, start, app, path = '/') {
  while (performance.now() - start < 60_000 && app.exitCode === null) {
    const status = await new Promise((resolve) => {
      http.get({ port, path, host: '127.0.0.1', agent: false, timeout: 5000 }, (answer) => resolve(answer.resume().statusCode))
        .on('error', () => resolve(0)).on('timeout', function () { this.destroy() })
    })
    if (status === 200) return (performance.now() - start) / 1000
    await pause(1)
  }
  throw new Error(`nothing answers on port ${port}: ${app.spawnargs.join(' ')} ended with ${app.exitCode}`)
}

/** Starts an app without nextdeploy, for as long as `use` takes; resolves with the time until its first answer. */
async function startAlone(directory, port, words = ['server.js'], use = () => {}) {
  const start = performance.now()
  const app = spawn('node', words, {
    cwd: directory, stdio: 'ignore', env: { ...environment, PORT: port, HOSTNAME: '127.0.0.1', NODE_ENV: 'production' },
  })
  running.add(app)
  const time = await firstAnswer(port, start, app)
  await use()
  const ended = new Promise((resolve) => app.once('exit', resolve))
  app.kill('SIGKILL')
  await ended
  running.delete(app)
  return time
}

/** The median time that an app takes from its start to its first answer, without nextdeploy. */
async function bootAlone(directory, port, rounds = 5) {
  const times = []
  for (let i = 0; i < rounds; i += 1) times.push(await startAlone(directory, port))
  return median(times)
}

/** The requests a second that a server answers. */
function perSecond(time, url, ...options) {
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(run('hey', '-z', time, '-c', '20', ...options, url))[1])
}

/** Next's own server beside ours. Of the starts the best counts: what else this machine does makes the others slower. */
async function nextLauncher(directory, port) {
  const own = { port, words: ['server.js'], boot: Infinity }
  const ours = { port: port + 1, words: ['../next.cjs', '.next', 'https://shop.example.com'], boot: Infinity }
  // One process of a server differs from the next by more than the two servers do: the median of several pairs counts. Within a
  // pair they answer in turns, for the machine's speed changes with time.
  const ratios = []
  let pages
  for (let i = 0; i < 12; i += 1) {
    const starts = async (server, use) => {
      server.boot = Math.min(server.boot, await startAlone(directory, server.port, server.words, use))
    }
    if (i % 2) {
      for (const server of [own, ours]) await starts(server)
      continue
    }
    await starts(own, () => starts(ours, () => {
      const answered = { own: 0, ours: 0 }
      for (let burst = 0; burst < 10; burst += 1) {
        const [first, second] = [own, ours].map((server) => perSecond('500ms', `http://127.0.0.1:${server.port}/`))
        // The first bursts warm both up.
        if (burst < 3) continue
        answered.own += first
        answered.ours += second
      }
      ratios.push(answered.own / answered.ours)
      pages = answered.ours / 7
    }))
  }
  record('Next.js: boot, against its own server', ours.boot / own.boot, 'x', 1.03, `${ours.boot.toFixed(3)} s`)
  record('Next.js: its own server\'s pages a second, against ours', median(ratios), 'x', 1.03, `${pages.toFixed(0)} a second`)
}

// MARK: Apps

function createApp(name, files) {
  run('nextdeploy', 'app', 'create', name)
  const settings = ['npm_config_registry', 'npm_config_replace_registry_host'].filter((key) => environment[key])
  fs.writeFileSync(`${root}/apps/${name}/env`, settings.map((key) => `${key}=${environment[key]}\n`).join(''))
  const directory = path.join(home, name)
  files(directory)
  const git = (...words) => run('git', ...words, { cwd: directory })
  git('init', '-q', '-b', 'main')
  git('add', '.')
  git('commit', '-q', '-m', 'First')
  git('remote', 'add', 'production', `${root}/apps/${name}/repo.git`)
  git('config', 'remote.production.receivepack', 'nextdeploy receive-pack')
  return { name, directory, git }
}

const copyFixture = (name) => (directory) => fs.cpSync(path.join(fixtures, name), directory, { recursive: true })

function edit(app, file, from, to) {
  const place = path.join(app.directory, file)
  fs.writeFileSync(place, fs.readFileSync(place, 'utf8').replace(from, to))
  app.git('commit', '-q', '-a', '-m', to)
}

const push = (app, remote = 'production') => seconds(() => app.git('push', '-q', remote, 'main'))

/** The journal of an app's last deploy, its steps by name. */
function lastDeploy(app) {
  const directory = `${root}/apps/${app.name}/deploys`
  const records = fs.readdirSync(directory).filter((file) => file.endsWith('.json'))
    .map((file) => JSON.parse(fs.readFileSync(path.join(directory, file), 'utf8')))
  const last = records.toSorted((a, b) => (a.startedAt + a.id).localeCompare(b.startedAt + b.id, 'en', { numeric: true })).at(-1)
  return { ...last, times: Object.fromEntries(last.steps.map((step) => [step.step, step.seconds])) }
}

const status = (app) => JSON.parse(run('nextdeploy', 'status', '--json', '--app', app.name))

async function untilDrained(app, most = 1) {
  for (const start = performance.now(); status(app).instances.length > most; await pause(50)) {
    if (performance.now() - start > 60_000) throw new Error(`${app.name} still has several instances`)
  }
}

// MARK: The table

const format = (value, unit) => (unit === 's' ? `${value.toFixed(3)} s` : unit === '' ? String(value) : `${value.toFixed(2)} ${unit}`)

function record(what, value, unit, target, note = '') {
  if (isServer) what = `systemd: ${what}`
  rows.push({ what, value: format(value, unit), target: target === null ? '' : `<= ${format(target, unit)}`, ok: target === null || value <= target, note })
  const row = rows.at(-1)
  console.log(`${row.ok ? ' ' : '!'} ${what.padEnd(62)} ${row.value.padStart(12)}  ${row.target.padEnd(12)} ${note}`)
}

// MARK: What is measured

async function overhead(ports) {
  const app = createApp('node', copyFixture('node-app'))
  push(app)
  const rounds = []
  for (let i = 2; i < 13; i += 1) {
    // Each beside its own: how fast the app boots changes with what else the machine does.
    const alone = await startAlone(app.directory, ports + 85)
    edit(app, 'server.js', /version \d+/, `version ${i}`)
    const total = push(app)
    const { times } = lastDeploy(app)
    await untilDrained(app)
    rounds.push({ alone, total, less: total - alone, ...times })
  }
  const part = (name) => median(rounds.map((round) => round[name] ?? 0))
  const steps = ['plan', 'checkout', 'install', 'build', 'release', 'boot', 'health', 'route', 'drain', 'prune']
  const [total, alone] = [part('total'), part('alone')]
  record('push of an edit to live, less the app\'s own boot', part('less'), 's', isServer ? 0.1 : 0.3, `${total.toFixed(3)} s less ${alone.toFixed(3)} s`)
  for (const step of steps) if (step !== 'health') record(`  of that: ${step}`, part(step), 's', step === 'route' ? 0.01 : null)
  record('  of that: boot and health, beyond the app\'s own boot', Math.max(0, part('boot') + part('health') - alone), 's', null)
  record('  of that: git itself, and the start of the hook', total - steps.reduce((sum, step) => sum + part(step), 0), 's', null)
  return { app, alone }
}

/** The same through the server's own sshd, as from a laptop. */
async function overSSH(app, alone) {
  const key = path.join(home, 'key')
  run('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', key)
  run('nextdeploy', 'key', 'add', 'bench', '-', { input: fs.readFileSync(`${key}.pub`), stdio: 'pipe' })
  environment.GIT_SSH_COMMAND = `ssh -F /dev/null -i ${key} -o IdentitiesOnly=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR`
  app.git('remote', 'add', 'ssh', `nextdeploy@127.0.0.1:${app.name}`)
  const fetches = []
  const pushes = []
  for (let i = 30; i < 37; i += 1) {
    fetches.push(seconds(() => app.git('ls-remote', 'ssh')))
    edit(app, 'server.js', /version \d+/, `version ${i}`)
    pushes.push(push(app, 'ssh'))
    await untilDrained(app)
  }
  run('nextdeploy', 'key', 'remove', 'bench')
  record('the same over ssh, connecting included', median(pushes) - alone, 's', null, `'git ls-remote' takes ${median(fetches).toFixed(3)} s`)
}

/** On a server nothing of nextdeploy is to run between deploys. */
function idleServer() {
  const running = fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name)).filter((id) => {
    try {
      return path.basename(fs.readFileSync(`/proc/${id}/cmdline`, 'utf8').split('\0')[0]).startsWith('nextdeploy')
    } catch {
      return false // It ended while it was looked at.
    }
  })
  record('idle: processes of nextdeploy', running.length, '', 0)
}

function idle() {
  const processes = fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((id) => {
    try {
      const line = fs.readFileSync(`/proc/${id}/cmdline`, 'utf8').split('\0')
      if (!line[0].includes('nextdeploy') || !line.some((word) => word.startsWith(root))) return []
      const memory = Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${id}/status`, 'utf8'))[1]) / 1024
      return [{ name: path.basename(line[0]), memory }]
    } catch {
      return [] // It ended while it was looked at.
    }
  })
  const supervisors = processes.filter((process) => process.name === 'nextdeploy-supervisor')
  record('idle: processes of nextdeploy that are no supervisors', processes.length - supervisors.length, '', 0)
  record('idle: the largest supervisor\'s memory', Math.max(...supervisors.map((process) => process.memory)), 'MB', 10, `${supervisors.length} supervisors`)
}

function manyFiles(count) {
  return (directory) => {
    copyFixture('node-app')(directory)
    for (let i = 0; i < count; i += 1) {
      const folder = path.join(directory, `source/${i % 40}/${i % 7}`)
      fs.mkdirSync(folder, { recursive: true })
      fs.writeFileSync(path.join(folder, `${i}.ts`), `export const value = ${i}\n`.repeat(10 + ((i * 37) % 100)))
    }
  }
}

/** A first checkout of 2,000 files against git's, both in memory: on a disk the time to make files depends on where it puts them, twenty-fold here. */
function firstCheckout(name, what, settings) {
  const app = createApp(name, (directory) => {
    manyFiles(2000)(directory)
    fs.writeFileSync(path.join(directory, 'nextdeploy.json'), JSON.stringify(settings))
  })
  push(app)
  const place = `${root}/apps/${app.name}`
  const own = `${memory}/${app.name}`
  run('cp', '-a', place, own)
  fs.rmSync(place, { recursive: true })
  fs.symlinkSync(own, place)
  // The best of each counts: what else this machine does makes the others slower, by more than the two differ.
  const best = { own: Infinity, git: Infinity }
  for (let i = 0; i < 15; i += 1) {
    for (const used of ['unbuilt', 'workspace', 'workspace.index', 'repo.git/index', 'worktree']) {
      fs.rmSync(`${own}/${used}`, { recursive: true, force: true })
    }
    for (const made of ['workspace', 'worktree']) fs.mkdirSync(`${own}/${made}`)
    run('nextdeploy', 'rebuild', 'main', '--app', app.name)
    best.own = Math.min(best.own, lastDeploy(app).times.checkout)
    best.git = Math.min(best.git, seconds(() =>
      run('git', `--git-dir=${place}/repo.git`, `--work-tree=${own}/worktree`, 'checkout', '-q', '-f', 'main', '--', '.')))
  }
  run('nextdeploy', 'app', 'remove', app.name)
  fs.rmSync(own, { recursive: true })
  record(what, best.own / best.git, 'x', 1.0, `${best.own.toFixed(3)} s`)
}

function checkouts() {
  firstCheckout('built', 'first checkout of 2,000 files, against git checkout, in memory', { build: 'true' })
  // By a process of its own, which gives up all else first.
  firstCheckout('unbuilt', 'the same where nothing is built, confined', {})

  const app = createApp('files', manyFiles(20000))
  push(app)
  const first = lastDeploy(app).times.checkout
  const edits = []
  const looks = []
  for (let i = 2; i < 7; i += 1) {
    edit(app, 'server.js', /version \d+/, `version ${i}`)
    push(app)
    const deploy = lastDeploy(app)
    edits.push(deploy.times.checkout)
    looks.push(seconds(() => app.git('status', '--short')))
  }
  // It writes one file, but looks at all, as git does: a build may have changed any of them.
  record('checkout of one changed file of 20,000, against git status', median(edits) / median(looks), 'x', 3, `git status ${median(looks).toFixed(3)} s`)
  record('checkout of one changed file of 20,000, against the first', median(edits) / first, 'x', 0.5, `${median(edits).toFixed(3)} s`)
  run('nextdeploy', 'app', 'remove', app.name)
}

/** Releases that are built elsewhere. Both sides write to, and read from, the same disk; the best of each counts. */
async function payloads() {
  const app = createApp('payload', (directory) => {
    copyFixture('node-app')(directory)
    for (let i = 0; i < 6000; i += 1) {
      const folder = path.join(directory, `node_modules/package-${i % 300}/lib`)
      fs.mkdirSync(folder, { recursive: true })
      fs.writeFileSync(path.join(folder, `${i}.js`), `exports.value${i} = (a, b) => a + b + ${i}\n`.repeat(20 + ((i * 37) % 300)))
    }
  })
  // Both in memory: on a disk the time to make files depends on where it puts them, and what else it is to write.
  const releases = `${root}/apps/${app.name}/releases`
  fs.mkdirSync(`${memory}/releases`)
  fs.rmSync(releases, { recursive: true, force: true })
  fs.symlinkSync(`${memory}/releases`, releases)
  const small = { name: app.name, directory: path.join(home, 'small') }
  copyFixture('node-app')(small.directory)
  const archive = path.join(home, 'payload.tar.gz')
  run('tar', 'czf', archive, '--exclude=.git', '-C', app.directory, '.')
  const smallArchive = path.join(home, 'small.tar.gz')
  run('tar', 'czf', smallArchive, '-C', small.directory, '.')
  const ship = (file) => seconds(() => run('nextdeploy', 'ship', app.name, { stdio: [fs.openSync(file), 'pipe', 'pipe'] }))
  const best = { unpack: Infinity, tar: Infinity, pack: Infinity, zstd: Infinity, ship: Infinity, again: Infinity }
  const least = (name, value) => (best[name] = Math.min(best[name], value))
  for (let i = 0; i < 5; i += 1) {
    ship(archive)
    least('unpack', lastDeploy(app).times.unpack)
    await untilDrained(app)
    const place = path.join(memory, 'untarred')
    fs.mkdirSync(place)
    least('tar', seconds(() => run('tar', 'xzf', archive, '-C', place)))
    fs.rmSync(place, { recursive: true })
    least('pack', seconds(() => run('nextdeploy', 'pack', app.directory, '--output', path.join(home, 'packed.tar.zst'))))
    least('zstd', seconds(() => run('tar', '--zstd', '-cf', path.join(home, 'tarred.tar.zst'), '--exclude=.git', '-C', app.directory, '.')))
    least('ship', ship(smallArchive))
    const live = lastDeploy(app)
    await untilDrained(app)
    least('again', seconds(() => run('nextdeploy', 'rollback', live.release, '--app', app.name)))
    await untilDrained(app)
  }
  const peaks = await payloadMemory(app, small)
  // A backup goes through no link.
  fs.rmSync(releases)
  run('cp', '-a', `${memory}/releases`, releases)
  const back = backup(app)
  run('nextdeploy', 'app', 'remove', app.name)
  record('unpacking 6,000 files of a tar.gz, against tar x, in memory', best.unpack / best.tar, 'x', 1.2, `${best.unpack.toFixed(3)} s`)
  record('packing them, against tar --zstd', best.pack / best.zstd, 'x', 1.2, `${best.pack.toFixed(3)} s`)
  for (const [what, { large, small }] of Object.entries(peaks)) {
    record(`${what} 300 MB in 6,000 files: the most memory`, large, 'MB', 32, `one of 3 files ${small.toFixed(0)} MB`)
  }
  record('a backup of it with its commits, and on an empty server until it is live', back.imported, 's', null, `export ${back.exported.toFixed(2)} s, ${(back.size / 2 ** 20).toFixed(0)} MB`)
  record('ship of a small app to live, beyond a rollback to it', best.ship - best.again, 's', 0.1, `${best.ship.toFixed(3)} s`)
}

/** The most memory that a program has had, in MB. */
async function peak(words, input = 'ignore') {
  const program = spawn('nextdeploy', words, { env: environment, stdio: [input, 'ignore', 'ignore'] })
  running.add(program)
  const ended = new Promise((resolve) => program.once('exit', resolve))
  let most = 0
  while (program.exitCode === null) {
    // It only grows; at its very end there is none.
    try { most = Number(/VmHWM:\s+(\d+)/.exec(fs.readFileSync(`/proc/${program.pid}/status`, 'utf8'))?.[1] ?? most) } catch { break }
    await pause(2)
  }
  running.delete(program)
  if (await ended !== 0) throw new Error(`nextdeploy ${words.join(' ')} failed`)
  return most / 1024
}

/** What packing and shipping take of memory for a large app and for a small one. */
async function payloadMemory(app, small) {
  for (let i = 0; i < 4; i += 1) {
    // Half of it does not get smaller, as images do not.
    fs.writeFileSync(path.join(app.directory, `large-${i}`), Buffer.concat([crypto.randomBytes(32 << 20), Buffer.alloc(32 << 20, `part ${i} of a text\n`)]))
  }
  const most = { packing: {}, shipping: {} }
  for (const [size, project] of Object.entries({ small, large: app })) {
    const file = path.join(home, `${size}.tar.zst`)
    most.packing[size] = await peak(['pack', project.directory, '--output', file])
    most.shipping[size] = await peak(['ship', app.name], fs.openSync(file))
    await untilDrained(app)
  }
  return most
}

/** The whole server into a file, and onto an empty one beside it. */
function backup(app) {
  const file = path.join(home, 'backup')
  const passphrase = path.join(home, 'passphrase')
  fs.writeFileSync(passphrase, 'a passphrase of the bench\n')
  const exported = seconds(() => run('nextdeploy', 'export', '--all', '--passphrase-file', passphrase, { stdio: ['ignore', fs.openSync(file, 'w'), 'pipe'] }))
  const other = { ...environment, NEXTDEPLOY_ROOT: path.join(home, 'other') }
  const again = (...words) => run('nextdeploy', ...words, { env: other })
  const ports = JSON.parse(run('nextdeploy', 'config', 'show', '--json', '--app', app.name))
  // Behind those of the first one, which is still there; instances take what is free.
  again('config', 'set', 'http.port', String(Number(ports['http.port']) + 85))
  again('config', 'set', 'ports', ports.ports)
  again('config', 'set', 'runtime.auto', 'off')
  const imported = seconds(() => run('nextdeploy', 'import', '--passphrase-file', passphrase, { env: other, stdio: [fs.openSync(file), 'pipe', 'pipe'] }))
  for (const { name } of JSON.parse(again('app', 'list', '--json'))) again('app', 'remove', name)
  return { exported, imported, size: fs.statSync(file).size }
}

/** What hey's report says of requests: how many, and how many of them failed. */
function outcome(report) {
  const codes = [...report.matchAll(/^ +\[(\d+)\]\t(\d+) responses/gm)].map((match) => [Number(match[1]), Number(match[2])])
  const errors = [...report.split('Error distribution')[1]?.matchAll(/^ +\[(\d+)\]/gm) ?? []].reduce((sum, match) => sum + Number(match[1]), 0)
  const failed = codes.filter(([code]) => code !== 200).reduce((sum, [, count]) => sum + count, errors)
  if (failed > 0) console.log(report.slice(report.indexOf('Status code distribution')))
  return { failed, all: codes.reduce((sum, [, count]) => sum + count, errors) }
}

/** Visitors until they are ended: `end` gives hey's report. */
function visitors(...words) {
  const load = spawn('hey', ['-z', '7200s', ...words], { env: environment, stdio: ['ignore', 'pipe', 'inherit'] })
  running.add(load)
  let report = ''
  load.stdout.on('data', (bytes) => (report += bytes))
  const ended = new Promise((resolve) => load.once('exit', resolve))
  return {
    async end() {
      load.kill('SIGINT')
      await ended
      running.delete(load)
      return outcome(report)
    },
  }
}

/** Two releases in turns, under visitors that keep their connections and ones that make one for each request. */
async function swaps(app) {
  const count = isLong ? 1000 : 50
  edit(app, 'server.js', /version \d+/, 'version 20')
  push(app)
  const url = `${status(app).url}/?every=20&for=3000`
  const loads = { 'kept connections': visitors('-c', '50', url), 'a connection each': visitors('-c', '20', '-disable-keepalive', url) }
  const releases = JSON.parse(run('nextdeploy', 'releases', '--json', '--app', app.name)).map((release) => release.id).slice(-2)
  const routes = []
  for (let i = 0; i < count; i += 1) {
    const result = spawnSync('nextdeploy', ['rollback', releases[i % 2], '--app', app.name], { env: environment, encoding: 'utf8' })
    if (result.status !== 0) throw new Error(`a swap failed:\n${result.stdout}${result.stderr}`)
    routes.push(lastDeploy(app).times.route)
    if (i % 100 === 99) console.log(`  (${i + 1} swaps, ${new Date().toISOString()})`)
    // What drains has a port each, and looks at all connections again and again.
    await untilDrained(app, 6)
    // A moment for signals.
    await pause(1)
  }
  await untilDrained(app)
  const caddy = run('caddy', 'version').trim().split(' ')[0]
  for (const [name, load] of Object.entries(loads)) {
    const { failed, all } = await load.end()
    record(`failed requests in ${count} swaps, ${name}, Caddy ${caddy}`, failed, '', 0, `of ${all}, 1 in 20 takes 3 s`)
  }
  record('  route in these swaps', median(routes), 's', null, `the longest ${Math.max(...routes).toFixed(3)} s`)
}

/** The same with the Caddy that script/prepare installed beside Debian's. */
async function swapsOnNewerCaddy() {
  for (const name of fs.readdirSync(`${root}/apps`)) run('nextdeploy', 'app', 'remove', name)
  const { PATH } = environment
  environment.PATH = `${environment.NEWER}:${PATH}`
  const app = createApp('newer', copyFixture('node-app'))
  push(app)
  await swaps(app)
  run('nextdeploy', 'app', 'remove', app.name)
  environment.PATH = PATH
}

/** An app that swaps need, where nothing else is measured. */
function swapped() {
  const app = createApp('node', copyFixture('node-app'))
  push(app)
  return app
}

/** The processor time that a process has had, in seconds. */
function processorTime(pid) {
  const threads = fs.readdirSync(`/proc/${pid}/task`)
  return threads.reduce((sum, id) => sum + Number(fs.readFileSync(`/proc/${pid}/task/${id}/schedstat`, 'utf8').split(' ')[0]), 0) / 1e9
}

/** The process of the Caddy that serves this run's sites. */
function caddyOf() {
  const words = (id) => { try { return fs.readFileSync(`/proc/${id}/cmdline`, 'utf8') } catch { return '' } }
  const id = fs.readdirSync('/proc').find((id) => /^\d+$/.test(id) && words(id).startsWith(`caddy\0run\0--config\0${root}/caddy/`))
  if (id) return Number(id)
  throw new Error(`no Caddy runs with ${root}/caddy/Caddyfile`)
}

/** The largest script of a release: through Caddy from the disk, from Next.js alone, and from Caddy's own file server. */
async function chunk(release, port) {
  const files = fs.readdirSync(`${release}/app/.next/static`, { recursive: true }).filter((name) => name.endsWith('.js'))
  const size = (name) => fs.statSync(`${release}/app/.next/static/${name}`).size
  const path = `/_next/static/${files.toSorted((a, b) => size(b) - size(a))[0]}`
  const site = JSON.parse(run('nextdeploy', 'app', 'show', 'next', '--json')).url.replace('localhost', '127.0.0.1')
  const served = `${root}/caddy/sites/files/next/all`
  const rate = (origin, encoding) => perSecond('2s', origin + path, '-disable-compression', '-H', `Accept-Encoding: ${encoding}`)
  const zipped = rate(site, 'gzip')
  let next
  await startAlone(`${release}/app`, port, ['server.js'], () => { next = rate(`http://127.0.0.1:${port}`, 'gzip') })
  record('Next.js: a script from Next.js a second, against ours, gzip', next / zipped, 'x', 0.05, `${zipped.toFixed(0)} a second, ${next.toFixed(0)} from Next.js`)
  const caddy = spawn('caddy', ['file-server', '--root', served, '--listen', `127.0.0.1:${port}`], { stdio: 'ignore', env: environment })
  running.add(caddy)
  await firstAnswer(port, performance.now(), caddy, path)
  // In turns, for the machine's speed changes with time. Caddy's own processor time for a request, without hey's on either side, is
  // told beside the requests a second: it is the larger of the two ratios, and what else the machine does changes it less.
  const servers = [{ origin: site, pid: caddyOf() }, { origin: `http://127.0.0.1:${port}`, pid: caddy.pid }]
  for (const server of servers) Object.assign(server, { times: [], rates: [] })
  for (let i = 0; i < 10; i += 1) {
    for (const server of servers) {
      const before = processorTime(server.pid)
      const count = 3000
      const said = run('hey', '-n', count, '-c', '20', '-disable-compression', '-H', 'Accept-Encoding: identity', server.origin + path)
      if (!said.includes(`[200]\t${count} responses`)) throw new Error(`not all of ${server.origin + path} was answered: ${said}`)
      server.times.push((processorTime(server.pid) - before) / count)
      server.rates.push(Number(/Requests\/sec:\s+([\d.]+)/.exec(said)[1]))
    }
  }
  const [ours, theirs] = servers
  const ended = new Promise((resolve) => caddy.once('exit', resolve))
  caddy.kill('SIGKILL')
  await ended
  running.delete(caddy)
  const ratio = (values, others) => median(values.map((value, i) => value / others[i]))
  record('Next.js: the same from caddy file-server, against ours, plain', ratio(theirs.rates, ours.rates), 'x', 1.3,
    `${median(ours.rates).toFixed(0)} a second, ${median(theirs.rates).toFixed(0)} from caddy file-server`)
  record('Next.js: Caddy\'s processor time for it, against file-server\'s', ratio(ours.times, theirs.times), 'x', null,
    `${(median(ours.times) * 1e6).toFixed(0)} us`)
}

/** The same with what Node compiled at an earlier boot, and without, on a Node that can. */
async function compiledAhead(directory, port) {
  const { PATH } = environment
  const words = ['../next.cjs', '.next', 'https://shop.example.com']
  const best = { with: Infinity, without: Infinity }
  environment.PATH = `${environment.NEWER_NODE}:${PATH}`
  for (let i = 0; i < 13; i += 1) {
    for (const name of ['with', 'without']) {
      if (name === 'with') environment.NODE_COMPILE_CACHE = path.join(home, 'compiled')
      const time = await startAlone(directory, port, words)
      delete environment.NODE_COMPILE_CACHE
      // The first one compiles.
      if (i > 0) best[name] = Math.min(best[name], time)
    }
  }
  environment.PATH = PATH
  record('Next.js: boot with what Node has compiled before, against without', best.with / best.without, 'x', 1, `${best.with.toFixed(3)} s, ${best.without.toFixed(3)} s`)
}

/** How long the same files take from nothing, without nextdeploy. */
function freshBuild(app) {
  const directory = path.join(home, 'fresh')
  run('git', 'clone', '-q', app.directory, directory)
  const options = {
    cwd: directory,
    env: { ...environment, NEXT_PRIVATE_STANDALONE: 'true', NEXT_TELEMETRY_DISABLED: '1', NEXT_DEPLOYMENT_ID: 'fresh', CI: '1' },
  }
  const time = seconds(() => {
    run('npm', 'ci', '--include=dev', '--no-audit', '--no-fund', options)
    run('npx', 'next', 'build', { ...options, env: { ...options.env, NODE_ENV: 'production' } })
  })
  fs.rmSync(directory, { recursive: true })
  return time
}

async function next(ports) {
  const app = createApp('next', copyFixture('next-app'))
  push(app)
  const before = Number(run('du', '-s', '--block-size=1', root).split('\t')[0])
  edit(app, 'app/page.js', 'version 1', 'version 2')
  push(app)
  const deploy = lastDeploy(app)
  record('an edit with an unchanged lockfile: installs run', deploy.steps.some((step) => step.result === 'installed') ? 1 : 0, '', 0)
  const second = (deploy.times.install ?? 0) + deploy.times.build
  const fresh = freshBuild(app)
  record('Next.js: install and build of an edit, against npm ci && next build', second / fresh, 'x', 0.33, `${second.toFixed(1)} s, ${fresh.toFixed(1)} s`)
  await untilDrained(app)
  const release = `${root}/apps/next/releases/${deploy.release}`
  const size = Number(run('du', '-s', '--block-size=1', release).split('\t')[0])
  const after = Number(run('du', '-s', '--block-size=1', root).split('\t')[0])
  record('disk that a Next.js release adds, against what it holds', (after - before) / size, 'x', 1.2, `${(size / 1e6).toFixed(1)} MB`)

  await chunk(release, ports + 86)
  await nextLauncher(`${release}/app`, ports + 86)
  await compiledAhead(`${release}/app`, ports + 86)
  const alone = await bootAlone(`${release}/app`, ports + 86)
  const pushes = []
  const rollbacks = []
  for (let i = 0; i < 5; i += 1) {
    app.git('revert', '--no-edit', 'HEAD')
    pushes.push(push(app))
    if (!lastDeploy(app).steps.some((step) => step.result.includes('built before'))) throw new Error('it was built again')
    await untilDrained(app)
    const releases = JSON.parse(run('nextdeploy', 'releases', '--json', '--app', 'next'))
    const other = releases.findLast((release) => !release.isLive).id
    rollbacks.push(seconds(() => run('nextdeploy', 'rollback', other, '--app', 'next')))
    await untilDrained(app)
  }
  record('push of a tree built before, less the app\'s own boot (Next.js)', median(pushes) - alone, 's', 0.5, `boot ${alone.toFixed(3)} s`)
  record('rollback, less the app\'s own boot (Next.js)', median(rollbacks) - alone, 's', 0.5)
}

// MARK: The run

function cleanUp() {
  for (const process of running) process.kill('SIGKILL')
  if (fs.existsSync(`${root}/apps`)) {
    for (const name of fs.readdirSync(`${root}/apps`)) spawnSync('nextdeploy', ['app', 'remove', name], { env: environment })
  }
  for (const directory of [home, memory]) fs.rmSync(directory, { recursive: true, force: true })
}
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => { cleanUp(); process.exit(130) })

async function onServer() {
  if (swapsAlone) return swaps(swapped())
  const { app, alone } = await overhead(40_000)
  await overSSH(app, alone)
  idleServer()
  await swaps(app)
}

async function here() {
  fs.mkdirSync(root)
  const ports = await freePorts()
  run('nextdeploy', 'config', 'set', 'ports', `${ports + 10}-${ports + 84}`)
  run('nextdeploy', 'config', 'set', 'http.port', String(ports))
  console.log(`${os.cpus().length} processors, ${os.cpus()[0].model}; Node ${process.version}; ${run('caddy', 'version').trim().split(' ')[0]} is Caddy`)
  if (swapsAlone) {
    await swaps(swapped())
    return swapsOnNewerCaddy()
  }
  const { app } = await overhead(ports)
  idle()
  checkouts()
  await payloads()
  await swaps(app)
  await swapsOnNewerCaddy()
  const registry = spawnSync('npm', ['view', 'next', 'version', '--fetch-retries=0', '--fetch-timeout=5000'], { env: environment })
  if (registry.status === 0) await next(ports)
  else console.log('  (no npm registry answers: the figures of Next.js are left out)')
}

try {
  await (isServer ? onServer() : here())
} catch (error) {
  console.error(error.stderr ? `${error.message}\n${error.stdout}${error.stderr}` : error)
  process.exitCode = 1
} finally {
  cleanUp()
}
const missed = rows.filter((row) => !row.ok)
if (missed.length > 0) {
  console.log(`missed: ${missed.map((row) => row.what).join('; ')}`)
  process.exitCode = 1
}
