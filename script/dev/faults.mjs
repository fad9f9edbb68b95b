// What script/faults runs: see there.
import { execFile, execFileSync, spawn, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import http from 'node:http'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs, promisify } from 'node:util'

const { values: options } = parseArgs({
  options: { seconds: { type: 'string' }, count: { type: 'string' }, seed: { type: 'string' } },
})
const seed = Number(options.seed ?? Math.floor(Math.random() * 1e9))
const count = Number(options.count ?? Infinity)
const seconds = Number(options.seconds ?? (options.count ? Infinity : 20))

const home = fs.mkdtempSync(path.join(os.tmpdir(), 'nextdeploy-faults-'))
const root = path.join(home, 'root')
const project = path.join(home, 'project')
const isRoot = process.getuid() === 0
const environment = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(GIT|FAULTS)_/.test(name))),
  NEXTDEPLOY_ROOT: root, GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'Faults', GIT_AUTHOR_EMAIL: 'faults@example.com',
  GIT_COMMITTER_NAME: 'Faults', GIT_COMMITTER_EMAIL: 'faults@example.com',
}

/** Numbers from 0 to 1 that are the same for the same seed. */
let state = seed >>> 0
function random() {
  state = (state + 0x6d2b79f5) >>> 0
  let t = Math.imul(state ^ (state >>> 15), 1 | state)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296
}
const pick = (list) => list[Math.floor(random() * list.length)]

/** Nothing here waits for a program in the way of the visitors: their answers would be late, by this script's own fault. */
const execute = promisify(execFile)
const run = async (program, ...words) =>
  (await execute(program, words, { env: environment, cwd: fs.existsSync(project) ? project : home })).stdout
const nextdeploy = (...words) =>
  execute('nextdeploy', words, { env: environment, timeout: 60_000 }).then((done) => done.stdout, (error) => error.stdout ?? '')

class Broken extends Error {}

// MARK: What runs

/** The processes of this run: its directory is in their command lines, or they are in it. */
function processes() {
  return fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid).flatMap((id) => {
    try {
      const words = fs.readFileSync(`/proc/${id}/cmdline`, 'utf8').split('\0').join(' ').trim()
      const directory = fs.readlinkSync(`/proc/${id}/cwd`)
      return words !== '' && (words.includes(home) || directory.startsWith(home)) ? [{ id: Number(id), words, directory }] : []
    } catch {
      return [] // It ended while it was looked at.
    }
  })
}

/** Each kind of process that a push or a live app has, by what its command line says. */
const kinds = {
  hook: (it) => it.words.includes('hook post-receive'),
  receiver: (it) => it.words.includes('nextdeploy receive-pack'),
  'git receive-pack': (it) => /(^|\/)git(-core\/git)?( |-).*receive-pack/.test(it.words) && !it.words.includes('nextdeploy receive-pack'),
  'git push': (it) => /^git push/.test(it.words),
  'a build': (it) => it.directory.includes('/workspace'),
  "the app's supervisor": (it) => it.words.includes('supervisor instance') && it.words.includes('shop:'),
  'an app': (it) => it.words.includes('server.js') && !it.words.includes('supervisor'),
  Caddy: (it) => it.words.includes('caddy run') && !it.words.includes('supervisor'),
  "Caddy's supervisor": (it) => it.words.includes('supervisor instance') && it.words.includes('/caddy/'),
}

// MARK: Faults

/** What each fault does while a push runs; it returns what ends it. Those in `cuts` may cost visitors an answer. */
const faults = {
  ...Object.fromEntries(Object.entries(kinds).map(([kind, is]) => [`kill -9: ${kind}`, async () => {
    const victim = pick(processes().filter(is))
    if (!victim) return null
    try { process.kill(victim.id, 'SIGKILL') } catch { return null }
    return () => {}
  }])),
  'the disk is full': async () => {
    if (!isRoot) return null
    const file = await fs.promises.open(`${root}/filler`, 'w')
    try { for (;;) await file.write(Buffer.alloc(1 << 20)) } catch (error) { if (error.code !== 'ENOSPC') throw error }
    await file.close()
    return () => fs.rmSync(`${root}/filler`)
  },
  'Caddy is stopped': async () => {
    const caddy = processes().find(kinds.Caddy)
    if (!caddy) return null
    process.kill(caddy.id, 'SIGTERM')
    return () => {}
  },
}
const cuts = /: (an app|Caddy|the app's supervisor|Caddy's supervisor)$|Caddy is stopped/

/** What a push itself is given for a fault. */
const preloaded = {
  'files fail (EIO)': () => ({ FAULTS_EIO: String(Math.floor(20 + random() * 400)) }),
  'the clock is back a day': () => ({ FAULTS_CLOCK: '-86400' }),
}

// MARK: The site

let url
function answer() {
  return new Promise((resolve) => {
    http.get(url, { agent: false, timeout: patience * 1000 }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part) => (text += part))
        .on('end', () => resolve(response.statusCode === 200 ? text.split('\n')[0] : `HTTP ${response.statusCode}`))
        .on('error', (error) => resolve(error.code))
    }).on('error', (error) => resolve(error.code)).on('timeout', function () { this.destroy(Object.assign(new Error(), { code: `no answer within ${patience} s` })) })
  })
}

async function until(what, limit, look) {
  const end = performance.now() + limit * 1000
  let found
  do {
    found = await look()
    if (found === true) return
    await pause(20)
  } while (performance.now() < end)
  throw new Broken(`${what} within ${limit} s: ${found}`)
}

/** Seconds after which a visitor gives up, also where the machine has much else to do. */
const patience = 20

/** Visitors that come all the time, each with a connection of their own. */
const load = { asked: 0, lost: [], isExcused: true, isOver: false }
async function visit() {
  while (!load.isOver) {
    const text = await answer()
    load.asked += 1
    if (!/^version \d+$/.test(text) && !load.isExcused) load.lost.push(text)
    await pause(5)
  }
}

// MARK: One round

const failed = (code, text) => new Broken(`${code}\n${text}`)
const status = async () => JSON.parse(await nextdeploy('status', '--json', '--app', 'shop'))

function push(more = {}) {
  const child = spawn('git', ['push', 'production', 'main'], { cwd: project, env: { ...environment, ...more } })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => (output += bytes))
  let isLate = false
  const timer = setTimeout(() => { isLate = true; child.kill('SIGKILL') }, 90_000)
  return new Promise((resolve) => child.once('close', (code, signal) => {
    clearTimeout(timer)
    resolve({ code: code ?? signal, output, isLate })
  }))
}

async function commit(version) {
  const file = path.join(project, 'server.js')
  fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace(/version \d+/, `version ${version}`))
  await run('git', 'commit', '-q', '-a', '-m', `version ${version}`)
}

async function round(version, typical) {
  const kind = pick([...Object.keys(faults), ...Object.keys(preloaded)])
  await commit(version)
  load.isExcused = cuts.test(kind)
  let done = null
  let pushing
  if (kind in preloaded) {
    const library = { LD_PRELOAD: process.env.FAULTS_LIBRARY, FAULTS_ROOT: root, FAULTS_SEED: String(Math.floor(random() * 1e9)) }
    done = () => {}
    pushing = push({ ...library, ...preloaded[kind]() })
  } else {
    pushing = push()
    const moment = random() * typical * 1.2
    let isPushed = false
    pushing.then(() => (isPushed = true))
    await pause(moment * 1000)
    // What is not there yet may come.
    while (!done && !isPushed) if (!(done = await faults[kind]())) await pause(5)
  }
  const first = await pushing
  done?.()
  if (first.isLate) throw failed(`with "${kind}" a push did not end within 90 s`, first.output)
  const seen = [`version ${version}`]
  if (first.code !== 0) seen.push(...lives)
  // What is killed again and again within a minute is started after pauses that grow to 30 s.
  await until(`after "${kind}" the site answers ${seen.join(' or ')}`, cuts.test(kind) ? 45 : 15, async () => {
    const text = await answer()
    return seen.includes(text) || text
  })

  const second = await push()
  if (second.code !== 0) throw failed(`after "${kind}" the same push fails again: ${second.code}\nfirst: ${first.code}\n${first.output}\nsecond:`, second.output)
  await until(`after "${kind}" and the same push again the site answers version ${version}`, 5, async () => {
    const text = await answer()
    return text === `version ${version}` || `${text}\nfirst: ${first.code}\n${first.output}\nsecond:\n${second.output}`
  })
  // An old release whose supervisor is killed while it drains is ended by the next deploy, and not before.
  if (kind.endsWith("the app's supervisor")) await nextdeploy('restart', '--app', 'shop')
  await until(`after "${kind}" one instance runs`, 45, async () => {
    const { instances } = await status()
    return instances.length === 1 && instances[0].state === 'running' || JSON.stringify(instances)
  })
  const { live } = await status()
  const head = (await run('git', 'rev-parse', 'HEAD')).trim()
  if (live.commit.id !== head) throw new Broken(`after "${kind}" ${live.commit.id} is live, not ${head}`)
  const branch = (await run('git', 'ls-remote', 'production', 'refs/heads/main')).slice(0, 40)
  if (branch !== head) throw new Broken(`after "${kind}" the branch is at ${branch}, not ${head}`)
  await until(`after "${kind}" nothing is left that runs`, 20, () => {
    const left = processes().filter((it) => !/^(git|nextdeploy) ?$/.test(it.words)).filter((it) => !kinds.Caddy(it) && !kinds["Caddy's supervisor"](it))
    return left.filter(kinds['an app']).length === 1 && left.length === 2 || left.map((it) => `${it.id} ${it.words}`).join('\n')
  })
  if (version % 10 === 0) {
    const problems = (await nextdeploy('doctor', 'shop')).split('\n').filter((line) => line.startsWith('problem'))
    if (problems.length > 0) throw new Broken(`after "${kind}" the doctor says\n${problems.join('\n')}`)
  }
  lives = [`version ${version}`]
  if (load.lost.length > 0) {
    const log = fs.readFileSync(`${root}/caddy/caddy.log`, 'utf8').split('\n').slice(-20).join('\n')
    throw failed(`"${kind}" cost visitors answers: ${load.lost.join(', ')}\nfirst: ${first.code}\n${first.output}\nsecond: ${second.code}`, log)
  }
  return { kind, isHit: done !== null, isLive: first.code === 0 }
}

let lives = []

// MARK: The run

async function freePorts() {
  const isFree = (port) => new Promise((resolve) => {
    const server = net.createServer().once('error', () => resolve(false))
    server.listen(port, () => server.close(() => resolve(true)))
  })
  // Where one of several runs looks first is by its seed: ports are free until somebody listens.
  for (let first = 11_000 + (seed % 100) * 100; first < 32_000; first += 100) {
    if ((await Promise.all(Array.from({ length: 30 }, (_, i) => isFree(first + i)))).every(Boolean)) return first
  }
  throw new Error('no free block of ports')
}

async function begin() {
  fs.mkdirSync(root)
  if (isRoot) execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2g,mode=755', 'tmpfs', root])
  const ports = await freePorts()
  await run('nextdeploy', 'config', 'set', 'ports', `${ports + 1}-${ports + 29}`)
  await run('nextdeploy', 'config', 'set', 'http.port', String(ports))
  await run('nextdeploy', 'app', 'create', 'shop')
  fs.cpSync(new URL('../../Tests/Fixtures/node-app', import.meta.url), project, { recursive: true })
  fs.writeFileSync(path.join(project, 'nextdeploy.json'), JSON.stringify({ build: 'node -e "setTimeout(() => {}, 100)"' }))
  await run('git', 'init', '-q', '-b', 'main')
  await run('git', 'add', '.')
  await run('git', 'commit', '-q', '-m', 'version 1')
  await run('git', 'remote', 'add', 'production', `${root}/apps/shop/repo.git`)
  await run('git', 'config', 'remote.production.receivepack', 'nextdeploy receive-pack')
  const start = performance.now()
  const first = await push()
  if (first.code !== 0) throw failed('the first push fails', first.output)
  url = (await status()).url
  lives = ['version 1']
  return (performance.now() - start) / 1000
}

async function end() {
  load.isOver = true
  await nextdeploy('app', 'remove', 'shop')
  for (const it of processes()) { try { process.kill(it.id, 'SIGKILL') } catch { /* It has ended. */ } }
  if (isRoot) spawnSync('umount', ['-l', root])
  fs.rmSync(home, { recursive: true, force: true })
}

let isAsked = false
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => (isAsked = true))
const tally = {}
let rounds = 0
console.log(`seed ${seed}${isRoot ? '' : ' (not root: the disk is not filled)'}`)
try {
  const typical = await begin()
  const visitors = [visit(), visit()]
  const start = performance.now()
  while (rounds < count && performance.now() - start < seconds * 1000 && !isAsked) {
    const { kind, isHit, isLive } = await round(rounds + 2, typical)
    rounds += 1
    const row = (tally[kind] ??= { faults: 0, live: 0, missed: 0 })
    if (isHit) row.faults += 1; else row.missed += 1
    if (isHit && isLive) row.live += 1
  }
  load.isOver = true
  await Promise.all(visitors)
  for (const [kind, row] of Object.entries(tally).toSorted()) {
    console.log(`  ${kind.padEnd(32)} ${String(row.faults).padStart(5)} faults, ${row.live} pushes went live all the same`)
  }
  const hits = Object.values(tally).reduce((sum, row) => sum + row.faults, 0)
  console.log(`${hits} faults in ${rounds} pushes, ${load.asked} requests: after each the site answered, and the same push repaired the rest.`)
} catch (error) {
  console.error(`push ${rounds + 1}, seed ${seed}: ${error instanceof Broken ? error.message : error.stack}`)
  process.exitCode = 1
} finally {
  if (process.env.KEEP) console.log(`kept: ${home}`); else await end()
}
process.exit(process.exitCode ?? 0)
