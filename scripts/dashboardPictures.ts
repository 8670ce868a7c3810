// Writes what is seen of the dashboard, with made-up runs: to docs/pictures for readers, and to test/page/pictures for the test
// that holds the page to them.
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import puppeteer, { type ScreenshotOptions } from 'puppeteer-core'
import { exportDashboard } from '../lib/monitor/dashboard/file/export.ts'
import { madeUpSources } from '../test/monitor/dashboard/madeUp.ts'
import { CHROMIUM_WORDS } from '../test/page/chromium.ts'
import { KEPT, makerOf, picture, placeOf } from '../test/page/picture.ts'

interface Picture {
  readonly name: string
  readonly theme: 'light' | 'dark'
  readonly width: number
  readonly height: number
  /** The page of the run that failed, not the overview. */
  readonly isRun?: true
}

const PICTURES: readonly Picture[] = [
  { name: 'dashboard-1280', theme: 'light', width: 1280, height: 1010 },
  { name: 'dashboard-run-1280', theme: 'dark', width: 1280, height: 640, isRun: true },
]

const place = (name: string) =>
  fileURLToPath(new URL(`../docs/pictures/${name}.png`, import.meta.url)) as `${string}.png`

const file = join(tmpdir(), `dashboard-${process.pid}.html`)
const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [...CHROMIUM_WORDS],
  // Times on the page are those of the zone that it is looked at in.
  env: { ...process.env, TZ: 'UTC' },
})
try {
  await exportDashboard(madeUpSources(), file)
  for (const { name, theme, width, height, isRun } of PICTURES) {
    const page = await browser.newPage()
    await page.setViewport({ width, height })
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: theme }])
    await page.goto(pathToFileURL(file).href)
    await page.waitForSelector('.item a')
    if (isRun === true) {
      await page.click('.item a')
      await page.waitForSelector('.back')
    }
    const options: ScreenshotOptions = { path: place(name), optimizeForSpeed: false }
    await page.screenshot(options)
    await page.close()
  }
  await mkdir(placeOf('.'), { recursive: true })
  for (const kept of KEPT) {
    const page = await browser.newPage()
    await page.goto(pathToFileURL(file).href)
    await page.waitForSelector('h1')
    await writeFile(placeOf('maker.txt'), `${JSON.stringify(await makerOf(page))}\n`)
    await writeFile(placeOf(`${kept.name}.png`), await picture(page, kept))
    await page.close()
  }
} finally {
  await browser.close()
  await rm(file, { force: true })
}
