// A visitor's tabs that stay open while a site is deployed again:
//
//   node tab.mjs PLAYWRIGHT ORIGIN DIRECTORY app|pages
//
// It opens the site, makes the file DIRECTORY/open, waits for DIRECTORY/deployed, then uses the page that it has: a part that is
// loaded late, an image, a link that was prefetched, the way back, a link that was not, and of the App Router a server action. With
// the Pages Router each kind of page that a link may lead to is visited from a tab of its own, and what Next.js asks of a build that
// is not live any more, as /_next/data/ID/page.json, is no error: it goes to `gone`. What it saw goes to its output as JSON; it ends
// with 1 where the console had an error or a page was lost.
import fs from 'node:fs'
import { createRequire } from 'node:module'
import { setTimeout as pause } from 'node:timers/promises'

const [playwright, origin, directory, router] = process.argv.slice(2)
const { chromium } = createRequire(import.meta.url)(playwright)
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
const errors = []
const gone = new Set()
const seen = {}

/** A tab that shows the site's first page. */
async function open() {
  const page = await browser.newPage()
  page.setDefaultTimeout(20_000)
  const note = (url, text) => {
    const name = router === 'pages' && /\/_next\/data\/[^/]+\/(.+\.json)$/.exec(url)?.[1]
    if (name) gone.add(name)
    else errors.push(text)
  }
  page.on('console', (message) => message.type() === 'error' && note(message.location().url, message.text()))
  page.on('pageerror', (error) => errors.push(String(error)))
  page.on('response', (answer) => answer.status() >= 400 && note(answer.url(), `${answer.status()} ${answer.url()}`))
  await page.goto(origin, { waitUntil: 'networkidle' })
  return page
}

const text = async (page, selector) => (await page.locator(selector).innerText()).trim()

/** Follows a link, and says what is shown then, and whether the page was loaded anew for it. */
async function follow(page, name) {
  await page.evaluate(() => { window.isSame = true })
  await page.click(`#${name}`)
  await page.locator('h1', { hasText: name }).waitFor()
  const isSame = await page.evaluate(() => window.isSame === true)
  await page.waitForLoadState('networkidle')
  return `${await text(page, 'h1')}${isSame ? '' : ', loaded'}`
}

try {
  const page = await open()
  const others = []
  if (router === 'pages') for (const name of ['plain', 'asked', 'bare']) others.push([name, await open()])
  seen.home = await text(page, 'h1')
  fs.writeFileSync(`${directory}/open`, '')
  for (const start = performance.now(); !fs.existsSync(`${directory}/deployed`); await pause(50)) {
    if (performance.now() - start > 900_000) throw new Error('nobody deployed')
  }

  await page.click('#late')
  seen.part = await text(page, '#part')
  await page.click('#show')
  await page.waitForFunction(() => document.querySelector('#picture')?.naturalWidth > 0)
  seen.picture = 'shown'
  seen.prefetched = await follow(page, 'prefetched')
  await page.goBack()
  await page.waitForSelector('#plain')
  seen.back = await text(page, 'h1')
  for (const [name, other] of others) seen[name] = await follow(other, name)
  if (router === 'app') {
    seen.plain = await follow(page, 'plain')
    await page.goBack()
    await page.click('#ask')
    // What it returned, or the page anew.
    await page.waitForFunction(() => document.querySelector('#answer')?.innerText || document.querySelector('h1')?.innerText.startsWith('three'))
    await page.waitForLoadState('networkidle')
    seen.asked = [await text(page, 'h1'), await text(page, '#answer')].join(', ')
  }
} catch (error) {
  errors.push(String(error))
} finally {
  await browser.close()
}
console.log(JSON.stringify({ seen, gone: [...gone].sort().join(' '), errors }, null, 2))
process.exitCode = errors.length > 0 ? 1 : 0
