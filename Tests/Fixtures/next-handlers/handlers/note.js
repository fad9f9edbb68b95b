// Where a test sees that a handler was asked.
module.exports = (text) => require('fs').appendFileSync(process.env.NOTES, `${text}\n`)
