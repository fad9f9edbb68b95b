// Speaks Doppler's endpoint for one token: server.js DIRECTORY PORT. Its answers are good while there is a file "answers" in
// the directory, else it refuses the token; a file "held" holds them up.
const fs = require('fs')
const [directory, port] = process.argv.slice(2)
// In two parts, for the tests look for them on command lines too.
const token = ['dp.st.prd', '4c6e8a0b2d'].join('.')
const secrets = { API_KEY: ['from-doppler', '9e7c5a3b1f'].join('-'), OWN: 'theirs', DOPPLER_CONFIG: 'prd', DOPPLER_PROJECT: 'shop' }

require('http').createServer(async (request, answer) => {
  console.log('asked')
  while (fs.existsSync(`${directory}/held`)) await new Promise((done) => setTimeout(done, 10))
  const isGood = request.headers.authorization === `Bearer ${token}` && fs.existsSync(`${directory}/answers`)
  answer.writeHead(isGood ? 200 : 401, { 'content-type': 'application/json' })
  answer.end(JSON.stringify(isGood ? secrets : { messages: ['Invalid Service token'], success: false }))
}).listen(Number(port), '127.0.0.1', () => console.log('listening'))
