const note = require('./note.js')

const pages = new Map()

module.exports = class {
  async get(key) {
    note('page get')
    return pages.get(key) ?? null
  }

  async set(key, value, context) {
    note('page set')
    pages.set(key, { value, lastModified: Date.now(), tags: context?.tags ?? [] })
  }

  async revalidateTag() { pages.clear() }

  resetRequestCache() {}
}
