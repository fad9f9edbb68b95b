// Prints what Next.js reads from DIRECTORY/0/.env, DIRECTORY/1/.env and so on, as a list of objects.
const { execFileSync } = require('child_process')
const [, self, directory, count, one] = process.argv
if (one === undefined) {
  // Each in a process of its own: what is set counts for the next file.
  const read = (number) => JSON.parse(execFileSync(process.execPath, [self, directory, count, String(number)], { env: {} }))
  console.log(JSON.stringify(Array.from({ length: Number(count) }, (_, number) => read(number))))
} else {
  const { loadEnvConfig } = require(`${directory}/node_modules/@next/env`)
  const quiet = { info() {}, error() {} }
  console.log(JSON.stringify(loadEnvConfig(`${directory}/${one}`, false, quiet).parsedEnv))
}
