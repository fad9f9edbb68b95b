// Opens ../next-shop's page in Chromium and has it load a part late: `node browser.mjs PLAYWRIGHT ADDRESS`.
import { createRequire } from 'node:module'

const [playwright, address] = process.argv.slice(2)
const { chromium } = createRequire(import.meta.url)(playwright)
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
const errors = []
try {
  const page = await browser.newPage()
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
  page.on('pageerror', (error) => errors.push(String(error)))
  await page.goto(address, { waitUntil: 'networkidle' })
  await page.click('#late')
  console.log(await page.locator('#part').innerText())
} finally {
  await browser.close()
}
if (errors.length > 0) throw new Error(errors.join('\n'))
