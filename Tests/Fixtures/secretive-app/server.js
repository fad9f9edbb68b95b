require('http').createServer((request, answer) => answer.end('fine\n')).listen(process.env.PORT, process.env.HOSTNAME)
