// Pictures of the page, and how much two of them differ.
import { readFileSync } from 'node:fs'
import type { Page } from 'puppeteer-core'

/** A picture that is kept: which page, how wide, in which theme. */
export interface Kept {
  readonly name: string
  readonly width: number
  readonly theme: 'light' | 'dark'
  readonly isRun: boolean
}

export const KEPT: readonly Kept[] = [
  { name: 'overview-1280', width: 1280, theme: 'light', isRun: false },
  { name: 'overview-380', width: 380, theme: 'dark', isRun: false },
  { name: 'run-1280', width: 1280, theme: 'dark', isRun: true },
  { name: 'run-380', width: 380, theme: 'light', isRun: true },
]

/** What a picture depends on that is not the page: pictures of two browsers, or in two fonts, are not compared. */
export interface Maker {
  readonly browser: string
  readonly widths: readonly number[]
}

const PLACE = new URL('./pictures/', import.meta.url)

export const placeOf = (file: string) => new URL(file, PLACE)

export const keptPicture = ({ name }: Kept) => readFileSync(placeOf(`${name}.png`))

export const keptMaker = () => JSON.parse(readFileSync(placeOf('maker.txt'), 'utf8')) as Maker

export async function makerOf(page: Page): Promise<Maker> {
  const [, browser = ''] = /\/(\d+)/.exec(await page.browser().version()) ?? []
  const widths = await page.evaluate(() => {
    const context = document.createElement('canvas').getContext('2d')!
    return ['system-ui', 'monospace', 'ui-monospace'].map((family) => {
      context.font = `400 100px ${family}`
      return Math.round(context.measureText('Hamburgefonstiv 0123456789').width)
    })
  })
  return { browser, widths }
}

/** All of a page from its top, at half its size: what is a fault to the eye is one there as well. Shows the run that failed where asked. */
export async function picture(page: Page, { width, theme, isRun }: Kept): Promise<Uint8Array> {
  await page.emulateMediaFeatures([
    { name: 'prefers-color-scheme', value: theme },
    { name: 'prefers-reduced-motion', value: 'reduce' },
  ])
  await page.setViewport({ width, height: 900, deviceScaleFactor: 0.5 })
  if (isRun) {
    await page.click('.item a')
    await page.waitForSelector('.back')
    await page.waitForSelector('#figures')
  }
  // Charts are drawn when they are seen.
  await page.evaluate(async () => {
    for (let y = 0; y < document.body.scrollHeight; y += 600) {
      scrollTo(0, y)
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
    }
    scrollTo(0, 0)
  })
  return page.screenshot({ fullPage: true })
}

export interface Difference {
  readonly sizes: readonly [kept: string, made: string]
  /** The share of pixels that differ so that an eye sees it, from 0 to 1. */
  readonly share: number
}

/** Compares two pictures in the browser, which has all that it takes to read them. */
export function difference(page: Page, kept: Uint8Array, made: Uint8Array): Promise<Difference> {
  const urls = [kept, made].map((one) => `data:image/png;base64,${Buffer.from(one).toString('base64')}`)
  return page.evaluate(async (urls) => {
    const images = await Promise.all(
      urls.map(async (url) => {
        const image = new Image()
        image.src = url
        await image.decode()
        const canvas = new OffscreenCanvas(image.width, image.height)
        const context = canvas.getContext('2d')!
        context.drawImage(image, 0, 0)
        return context.getImageData(0, 0, image.width, image.height)
      }),
    )
    const [a, b] = images as [ImageData, ImageData]
    const height = Math.min(a.height, b.height)
    const bytes = Math.min(a.width, b.width) === a.width ? a.width * height * 4 : 0
    let differ = 0
    for (let at = 0; at < bytes; at += 4) {
      const most = Math.max(...[0, 1, 2].map((part) => Math.abs(a.data[at + part]! - b.data[at + part]!)))
      if (most > 48) differ += 1
    }
    const sizes = [a, b].map(({ width, height }) => `${width} x ${height}`) as [string, string]
    return { sizes, share: bytes === 0 ? 1 : (differ * 4) / bytes }
  }, urls)
}
