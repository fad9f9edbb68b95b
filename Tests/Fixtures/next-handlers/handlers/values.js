const note = require('./note.js')

const values = new Map()
const tags = new Map()

const whole = async (stream) => {
  const parts = []
  for await (const part of stream) parts.push(part)
  return parts
}

module.exports = {
  async get(key) {
    note('value get')
    const entry = values.get(key)
    if (!entry || entry.tags.some((tag) => (tags.get(tag) ?? 0) > entry.timestamp)) return undefined
    const value = new ReadableStream({
      start(stream) {
        for (const part of entry.parts) stream.enqueue(part)
        stream.close()
      },
    })
    return { ...entry, value }
  },

  async set(key, pending) {
    note('value set')
    const entry = await pending
    values.set(key, { ...entry, parts: await whole(entry.value) })
  },

  async refreshTags() {},

  async getExpiration(list) { return Math.max(0, ...list.map((tag) => tags.get(tag) ?? 0)) },

  async updateTags(list) { for (const tag of list) tags.set(tag, Date.now()) },
}
