// What Next.js keeps, in Redis: data for all releases, pages for the one that made them.
const net = require('net')
const { deserialize, serialize } = require('v8')
const { NEXT_DEPLOYMENT_ID, REDIS_URL } = process.env

/** One command on a connection of its own; its answer is a Buffer, null, a number, or a list of these. */
function send(...words) {
  const { hostname, port } = new URL(REDIS_URL)
  return new Promise((resolve, reject) => {
    const socket = net.connect(Number(port), hostname)
    let bytes = Buffer.alloc(0)
    socket.on('error', reject)
    socket.on('close', () => reject(new Error(`Redis gave no whole answer to ${words[0]}`)))
    socket.on('data', (part) => {
      bytes = Buffer.concat([bytes, part])
      const answer = parse(bytes, 0)
      if (!answer) return
      if (answer.value instanceof Error) reject(answer.value)
      else resolve(answer.value)
      socket.end()
    })
    socket.write(`*${words.length}\r\n`)
    for (const word of words.map((word) => Buffer.from(word))) {
      socket.write(`$${word.length}\r\n`)
      socket.write(word)
      socket.write('\r\n')
    }
  })
}

/** A value of the protocol and where the next begins; nothing where its end has not come yet. */
function parse(bytes, start) {
  const end = bytes.indexOf('\r\n', start)
  if (end < 0) return undefined
  const [kind, text, next] = [String.fromCharCode(bytes[start]), bytes.toString('utf8', start + 1, end), end + 2]
  switch (kind) {
    case '+': return { value: text, next }
    case '-': return { value: new Error(text), next }
    case ':': return { value: Number(text), next }
    case '$': {
      const length = Number(text)
      if (length < 0) return { value: null, next }
      return bytes.length < next + length + 2 ? undefined : { value: bytes.subarray(next, next + length), next: next + length + 2 }
    }
    case '*': {
      const value = []
      let at = next
      while (value.length < Number(text)) {
        const item = parse(bytes, at)
        if (!item) return undefined
        value.push(item.value)
        at = item.next
      }
      return { value, next: at }
    }
    default: throw new Error(`Redis answered ${kind}${text}`)
  }
}

const place = (key, kind) => (kind === 'FETCH' ? `data:${key}` : `${NEXT_DEPLOYMENT_ID}:${key}`)

module.exports = class {
  async get(key, { kind, tags = [], softTags = [] }) {
    const kept = await send('GET', place(key, kind))
    if (!kept) return null
    const entry = deserialize(kept)
    const all = [...entry.tags, ...tags, ...softTags]
    const times = all.length > 0 ? await send('MGET', ...all.map((tag) => `tag:${tag}`)) : []
    return times.some((time) => Number(time ?? 0) >= entry.lastModified) ? null : entry
  }

  async set(key, value, { tags = [] }) {
    const header = value?.headers?.['x-next-cache-tags']
    const all = [...tags, ...(value?.tags ?? []), ...(header ? header.split(',') : [])]
    await send('SET', place(key, value?.kind), serialize({ value, lastModified: Date.now(), tags: all }))
  }

  async revalidateTag(tags) {
    for (const tag of [tags].flat()) await send('SET', `tag:${tag}`, String(Date.now()))
  }

  resetRequestCache() {}
}
