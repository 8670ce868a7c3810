import fc from 'fast-check'
import t from 'tap'
import { forecastOf } from '../../../lib/monitor/report/storage.ts'
import { storageFigures, storageSentence, trafficSentence } from '../../../page/sentences.ts'
import { visible, visibleJson } from '../../../page/visible.ts'
import {
  commandText,
  countText,
  median,
  rateText,
  shareText,
  sizeText,
  spanText,
  typedParts,
  withoutCode,
} from '../../../page/words.ts'
import { madeUpReport, NOW } from './madeUp.ts'

/** Figures and units are kept on one line by a space that is not seen to differ. */
const plain = (text: string) => text.replaceAll('\u00a0', ' ')

t.test('figures are said with their units, and never better than they are', async (t) => {
  t.strictSame(
    [0, 0.02, 0.9994, 3.25, 45, 200, 3600, 26 * 3600, 31 * 3600 + 59, 12 * 86_400, 800 * 86_400].map(
      (value) => plain(spanText(value)),
    ),
    ['0 s', '20 ms', '999 ms', '3.3 s', '45 s', '3 min 20 s', '1 h', '26 h', '31 h', '12 d', '2 y 70 d'],
  )
  t.strictSame(
    [0, 1023, 1536, 10 * 1024 ** 3, 150 * 1024 ** 2, -2048].map((value) => plain(sizeText(value))),
    ['0 B', '1,023 B', '1.5 KiB', '10 GiB', '150 MiB', '−2 KiB'],
  )
  t.strictSame(
    [0.9999, 1, 29 / 30, 0, 0.1].map((value) => plain(shareText(value))),
    ['99.9 %', '100 %', '96.6 %', '0 %', '10 %'],
  )
  t.strictSame(
    [0.25, 9.95, 12_345, 250_000].map((value) => plain(rateText(value))),
    ['0.3/s', '10/s', '12,345/s', '250 k/s'],
  )
  t.equal(countText(1_234_567), '1,234,567')
  t.equal(median([3, 1, 2, 10]), 2.5)
  t.equal(median([]), undefined)
})

t.test('only all of it is 100 %', async (t) => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1e6 }),
      fc.nat(),
      (all, some) => (plain(shareText((some % all) / all)) === '100 %') === false,
    ),
  )
  t.pass()
})

t.test('a sentence is read without the code of its error', async (t) => {
  t.strictSame(withoutCode('the last backup of A failed: ELYSIA_UNREACHABLE: no answer: ELYSIA_X: y'), {
    text: 'the last backup of A failed: no answer: ELYSIA_X: y',
    code: 'ELYSIA_UNREACHABLE',
  })
  t.strictSame(withoutCode('it ended with ELYSIA_STATE'), { text: 'it ended with ELYSIA_STATE' })
})

t.test('a command is typed as a shell takes it', async (t) => {
  t.equal(
    commandText(['col', 'backup', 'a b', "it's", '$(x)', '--to=dir/x']),
    `elysiactl col backup 'a b' 'it'\\''s' '$(x)' --to=dir/x`,
  )
  t.strictSame(typedParts('repeat: `elysiactl x`; it goes on'), [
    { text: 'repeat: ', isTyped: false },
    { text: 'elysiactl x', isTyped: true },
    { text: '; it goes on', isTyped: false },
  ])
  t.strictSame(typedParts('elysiactl x'), [{ text: 'elysiactl x', isTyped: true }])
})

t.test('no text hides anything', async (t) => {
  t.equal(visible('a\u202eb\u0000\u200b\nc'), 'a\\u{202e}b\\u{0}\\u{200b}\nc')
  const hidden = /(?![\n\t])[\p{Cc}\p{Cf}\u2028\u2029]/u
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const { value } = visibleJson(JSON.stringify({ value: text })) as { value: string }
      return !hidden.test(value) && (hidden.test(text) || value === text)
    }),
  )
})

t.test('what storage will take, and when a disk is full', async (t) => {
  const report = madeUpReport()
  const figures = storageFigures(report)
  t.match(figures, { archives: 59, bytes: 10 * 1024 ** 3, growthPerDay: 80 * 1024 ** 2 })
  t.equal(figures.days.length, 30)
  t.equal(figures.days.at(-1)!.bytes, 10 * 1024 ** 3)
  t.match(figures.full, { directory: '/var/backups', free: 64 * 1024 ** 3, days: 819.2 })
  const { storage, disk, storage_forecast: forecast, generated_at } = report
  t.strictSame(forecastOf(storage, disk, NOW), forecast, 'that of the report')
  const shrinking = storage.map((one) => ({ ...one, growth_bytes_per_day: -5 }))
  const { storage_forecast: _, ...rest } = report
  const less = { ...rest, storage: shrinking, storage_forecast: forecastOf(shrinking, disk, NOW)! }
  t.match(storageSentence(storageFigures(less)), /They don't grow\.$/)
  t.equal(storageFigures(less).full, undefined)
  t.equal(plain(storageSentence(storageFigures({ storage: [], generated_at }))), '0 archives take 0 B.')
})

t.test('traffic is said with where most came from, and whom was waited for longest', async (t) => {
  const none = { stalls_in: 0, stalls_out: 0, stalled_in_seconds: 0, stalled_out_seconds: 0 }
  const server = { place: 'h:8080', bytes_in: 2048, bytes_out: 1, ...none }
  const disk = { place: '/b', bytes_in: 0, bytes_out: 1024, ...none }
  t.equal(
    plain(trafficSentence([disk, server], 2)),
    '2 KiB (1 KiB/s) came from h:8080, 1 KiB (512 B/s) went to /b. It waited long for none of them.',
  )
  t.equal(
    plain(trafficSentence([{ ...disk, stalls_out: 1, stalled_out_seconds: 61 }], 0)),
    '1 KiB went to /b. It waited long for /b once, 1 min 1 s in all.',
  )
  t.equal(plain(trafficSentence([], 5)), 'Nothing was moved. It waited long for none of them.')
})
