// A real browser without a window, where the machine has one.
import { existsSync } from 'node:fs'
import puppeteer, { type Browser, type Page } from 'puppeteer-core'
import t, { type Test } from 'tap'

// Debian's browser without windows comes first: it shows a page the same, for a fifth less time of the processor.
const PLACES = [
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
]

const place = process.env.CHROMIUM ?? PLACES.find((path) => existsSync(path))

/** Why tests in a browser are left out; undefined where there is one. */
export const noBrowser =
  place === undefined ? 'no Chromium on this machine: install Debian’s package chromium' : undefined

export const THEMES = ['light', 'dark'] as const
export const WIDTHS = [380, 1280] as const

/** Tests run as whoever runs them, which may be root: Chromium has no sandbox there. */
export const CHROMIUM_WORDS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--font-render-hinting=none',
] as const

export interface Look {
  readonly theme?: (typeof THEMES)[number]
  readonly width?: number
  /** Where it is set, nothing moves. */
  readonly still?: true
}

/** A page in a browser, and all that it complained of. */
export interface Seen {
  readonly page: Page
  readonly complaints: string[]
}

let browser: Promise<Browser> | undefined

/** Opens an address in a context of its own, that holds no cookie. */
export async function look(
  t: Test,
  url: string,
  { theme = 'light', width = 1280, still }: Look = {},
): Promise<Seen> {
  browser ??= puppeteer.launch({
    executablePath: place!,
    args: [...CHROMIUM_WORDS],
    // Times on the page are those of the zone that it is looked at in.
    env: { ...process.env, TZ: 'UTC' },
    protocolTimeout: 60_000,
  })
  const context = await (await browser).createBrowserContext()
  const page = await context.newPage()
  t.teardown(() => context.close())
  page.setDefaultTimeout(30_000)
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() !== 'log') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  await page.setViewport({ width, height: 900 })
  await page.emulateMediaFeatures([
    { name: 'prefers-color-scheme', value: theme },
    ...(still === true ? [{ name: 'prefers-reduced-motion', value: 'reduce' }] : []),
  ])
  await page.goto(url)
  // The last part of an overview, which is drawn after the first.
  await page.waitForSelector('#advice')
  return { page, complaints }
}

t.teardown(async () => {
  await (await browser)?.close()
})
