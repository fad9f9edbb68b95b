// A visitor's tab that stays open while a site is deployed again:
//
//   node tab.mjs PLAYWRIGHT ORIGIN DIRECTORY
//
// It opens the site, makes the file DIRECTORY/open, waits for DIRECTORY/deployed, then uses the page that it has: a part that is
// loaded late, an image, a server action, a link that was prefetched, the way back, a link that was not. What it saw goes to its output
// as JSON; it ends with 1 where the console had an error or a page was lost.
import fs from 'node:fs'
import { createRequire } from 'node:module'
import { setTimeout as pause } from 'node:timers/promises'

const [playwright, origin, directory] = process.argv.slice(2)
const { chromium } = createRequire(import.meta.url)(playwright)
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
const errors = []
const seen = {}
try {
  const page = await browser.newPage()
  page.setDefaultTimeout(20_000)
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
  page.on('pageerror', (error) => errors.push(String(error)))
  page.on('response', (answer) => answer.status() >= 400 && errors.push(`${answer.status()} ${answer.url()}`))
  const text = async (selector) => (await page.locator(selector).innerText()).trim()

  await page.goto(origin, { waitUntil: 'networkidle' })
  seen.home = await text('h1')
  fs.writeFileSync(`${directory}/open`, '')
  for (const start = performance.now(); !fs.existsSync(`${directory}/deployed`); await pause(50)) {
    if (performance.now() - start > 300_000) throw new Error('nobody deployed')
  }

  await page.click('#late')
  seen.part = await text('#part')
  await page.click('#show')
  await page.waitForFunction(() => document.querySelector('#picture')?.naturalWidth > 0)
  seen.picture = 'shown'
  await page.click('#prefetched')
  await page.waitForURL('**/late')
  seen.prefetched = await text('h1')
  await page.goBack()
  await page.waitForSelector('#plain')
  seen.back = await text('h1')
  await page.click('#plain')
  await page.waitForURL('**/plain')
  seen.plain = await text('h1')
  await page.goBack()
  await page.waitForSelector('#ask')
  await page.click('#ask')
  // What it returned, or the page anew.
  await page.waitForFunction(() => document.querySelector('#answer')?.innerText || document.querySelector('h1')?.innerText.startsWith('three'))
  await page.waitForLoadState('networkidle')
  seen.asked = [await text('h1'), await text('#answer')].join(', ')
} catch (error) {
  errors.push(String(error))
} finally {
  await browser.close()
}
console.log(JSON.stringify({ seen, errors }, null, 2))
process.exitCode = errors.length > 0 ? 1 : 0
