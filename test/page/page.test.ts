import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import type { Page } from 'puppeteer-core'
import t, { type Test } from 'tap'
import type { ArchiveView, DashboardSources } from '../../lib/monitor/dashboard/facts.ts'
import { exportDashboard } from '../../lib/monitor/dashboard/file/export.ts'
import { serveDashboard } from '../../lib/monitor/dashboard/server.ts'
import type { MonitorReport } from '../../lib/monitor/report/schema.ts'
import {
  entryOf,
  madeUpEntries,
  madeUpHistory,
  madeUpReport,
  madeUpSources,
  running,
} from '../monitor/dashboard/madeUp.ts'
import { type Look, look, noBrowser, THEMES, WIDTHS } from './chromium.ts'

const skip = noBrowser ?? false
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

async function opened(t: Test, sources: DashboardSources, how?: Look) {
  const dashboard = await serveDashboard(sources, { host: '127.0.0.1', port: 0 })
  t.teardown(() => dashboard.close())
  return { ...(await look(t, dashboard.link, how)), dashboard }
}

async function text(page: Page, selector: string): Promise<string> {
  const shown = await page.$eval(selector, (element) => (element as HTMLElement).innerText)
  return shown.replaceAll('\u00a0', ' ')
}

/** Waits until the page says something; for as long as a busy machine needs. */
async function says(page: Page, selector: string, what: string): Promise<void> {
  await page.waitForFunction(
    (selector, what) => document.querySelector<HTMLElement>(selector)?.innerText.includes(what) === true,
    { timeout: 30_000 },
    selector,
    what,
  )
}

/** Has each part come into sight once, and folds opened: charts and tables are drawn when they are seen. */
async function seeAll(page: Page): Promise<void> {
  await page.evaluate(async () => {
    for (const fold of document.querySelectorAll('details')) fold.open = true
    const frame = () => new Promise((done) => requestAnimationFrame(done))
    // What is in sight is found out at the end of the frame that has been moved to.
    for (let y = 0; y < document.body.scrollHeight; y += innerHeight) {
      await frame()
      scrollTo(0, y)
    }
    await frame()
    scrollTo(0, 0)
    await frame()
    await frame()
  })
}

t.test(
  'whoever opens the link finds the reason of a night’s failure, and what to do',
  { skip },
  async (t) => {
    const { page, complaints } = await opened(t, madeUpSources())
    t.equal(page.url().includes('token'), false, 'the secret is gone from the address')
    t.equal(await text(page, 'h1'), '2 things need attention')
    const first = await text(page, '.item')
    t.match(first, /failed\s+Orders/)
    t.match(first, /weaviate\.example:8080 answered 507, the disk is full/)
    t.match(first, /elysiactl col backup orders/)
    await page.click('.item a')
    await says(page, 'h1', 'Backup of Orders')
    const why = await text(page, '.item')
    t.match(why, /ELYSIA_STORE/)
    t.match(why, /answered 507, the disk is full/)
    t.match(
      await text(page, 'main'),
      /Repeat\s+elysiactl col backup orders --target http:\/\/weaviate\.example:8080/,
    )
    t.match(
      await text(page, '.log'),
      /begun\n\d\d:\d\d:\d\d writing\n.*tries again.*\n\d\d:\d\d:\d\d warning weaviate/,
    )
    t.match(await text(page, '.log'), /\(attempt 9\) 9 times since \d\d:\d\d:\d\d/)
    t.match(
      await text(page, '#traffic'),
      /91.6 MiB \(2.2 MiB\/s\) came from weaviate\.example:50051, 31.9 MiB \(798 KiB\/s\) went to \/var\/backups\/elysiactl\. It waited long for weaviate\.example:50051 2 times, 18 s in all\./,
    )
    const rows = await page.$$eval('#traffic tbody tr', (all) =>
      all.map((row) => [...row.children].map((cell) => cell.textContent)),
    )
    t.strictSame(
      rows.map((row) => row.map((cell) => cell?.replaceAll('\u00a0', ' '))),
      [
        ['weaviate.example:50051', 'received', '91.6 MiB', '2.2 MiB/s', '3.9 MiB/s', '2', '18 s'],
        ['weaviate.example:50051', 'sent', '205 KiB', '5 KiB/s', '8.8 KiB/s', '0', '–'],
        ['/var/backups/elysiactl', 'sent', '31.9 MiB', '798 KiB/s', '1.5 MiB/s', '0', '–'],
      ],
      'each direction in which anything was moved',
    )
    await page.click('.back a')
    await says(page, 'h1', '2 things need attention')
    t.strictSame(complaints, [])
  },
)

t.test('every figure of the report stands on the page', { skip }, async (t) => {
  const sources = madeUpSources()
  const report = await sources.report()
  const { page, complaints } = await opened(t, sources)
  await seeAll(page)
  const main = await text(page, 'main')
  for (const { collection, archive } of report.recovery)
    t.ok(main.includes(collection) && (archive === undefined || main.includes(archive)))
  t.match(main, /Article[\s\S]*the last 7 h[\s\S]*1 min 36 s[\s\S]*measured by rehearse, 27 Nov 2026/)
  t.match(main, /Users[\s\S]*everything/)
  t.match(main, /96\.6 %/)
  t.match(
    main,
    /59 archives take 10 GiB\. They grow by 80 MiB a day: 12\.3 GiB in 30 days\. \/var\/backups has 64 GiB free/,
  )
  t.match(main, /Ingest into SourceCode[\s\S]*3,800\/s, 35 % less than the 5,850\/s of similar runs/)
  const embedded = await page.$eval('#facts', (element) => element.textContent!)
  t.strictSame((JSON.parse(embedded) as { report: MonitorReport }).report, JSON.parse(JSON.stringify(report)))
  const charts = await page.$$eval('.chart', (all) =>
    all.map((chart) => [
      chart.getAttribute('aria-label'),
      chart.querySelector('canvas') !== null,
      chart.parentElement!.querySelector('figcaption')?.textContent,
    ]),
  )
  t.ok(
    charts.length === 7 && charts.every(([label, drawn, caption]) => drawn === true && label === caption),
    'beside each chart its sentence',
  )
  t.strictSame(complaints, [])
})

/** When the page has so many records of what runs, by the clock; runs in the page. */
function whenShown(records: string): { readonly at: Promise<number> } {
  const at = new Promise<number>((resolve) => {
    const observer = new MutationObserver(() => {
      const figures = document.querySelector<HTMLElement>('#running .figures')?.innerText
      if (figures?.includes(`${records} of`) !== true) return
      observer.disconnect()
      resolve(Date.now())
    })
    observer.observe(document.body, { subtree: true, childList: true, characterData: true })
  })
  return { at }
}

t.test('what runs moves by itself; from a change to the screen in half a second', { skip }, async (t) => {
  const history = madeUpHistory([...madeUpEntries(), running(1)])
  const { page, complaints } = await opened(t, madeUpSources(history))
  await says(page, '.when', 'Live')
  const took: number[] = []
  for (let done = 1001; done < 1021; done += 1) {
    const shown = await page.evaluateHandle(whenShown, done.toLocaleString('en'))
    const put = Date.now()
    history.put(running(done))
    took.push((await shown.evaluate(({ at }) => at)) - put)
    // Not always at the same moment of the server's and the browser's own beats.
    await setTimeout(Math.random() * 100)
  }
  const p95 = took.toSorted((a, b) => a - b)[Math.floor(took.length * 0.95)]!
  t.comment(`event to screen: p95 ${Math.round(p95)} ms`)
  t.ok(p95 <= (process.env.CI_SLOW === undefined ? 2000 : 10_000), `${p95} ms`)
  history.put({
    ...running(110_000),
    status: 'failed',
    ended_at: new Date().toISOString(),
    error: { code: 'ELYSIA_UNREACHABLE', message: 'the server went away' },
  })
  await says(page, '#running', 'Nothing runs.')
  await says(page, '#runs', 'the server went away')
  t.strictSame(complaints, [])
})

t.test('the page of a run follows it, and names whom it waits for', { skip }, async (t) => {
  const history = madeUpHistory([running(1)])
  const { page } = await opened(t, madeUpSources(history))
  const { progress, ...entry } = running(2)
  history.put({ ...entry, progress: { ...progress!, waits_for: 'weaviate.example:50051' } })
  await says(page, '#running', 'it waits for weaviate.example:50051')
  await page.click('#running a')
  await says(page, 'h1', 'running')
  history.put({
    ...entry,
    status: 'done',
    ended_at: new Date().toISOString(),
    updated_at: new Date().toISOString(),
  })
  await says(page, 'h1', 'done')
})

t.test('a server that is gone is said, and one that is back is live again', { skip }, async (t) => {
  const { page, dashboard } = await opened(t, madeUpSources())
  await says(page, '.when', 'Live')
  await dashboard.close()
  await says(page, '.when', 'the server is gone')
})

t.test('nothing yet: what to type first', { skip }, async (t) => {
  const report = madeUpReport([])
  const empty = {
    ...report,
    needs_attention: [],
    success: [],
    recovery: [],
    trends: [],
    storage: [],
    cleanup: [],
    unverified: [],
    never_backed_up: [],
    uncovered: [],
    disk: [],
  }
  const { page, complaints } = await opened(t, {
    history: madeUpHistory(),
    report: () => empty,
    version: '0.1.0',
  })
  t.equal(await text(page, 'h1'), 'All is well')
  const main = await text(page, 'main')
  t.match(main, /elysiactl index process-jsonl changes\.jsonl --collection NAME/)
  t.match(main, /elysiactl col backup NAME/)
  t.strictSame(complaints, [])
})

t.test('names and texts of others are shown, and nothing of them is done', { skip }, async (t) => {
  const evil = `<img src=x onerror="window.hit=1"><script>window.hit=1</script>\u202egpj.exe\u0007 javascript:window.hit=1`
  const directory = t.testdir({
    'rejects.jsonl': `${JSON.stringify({ line: 1, reason: evil })}\n`.repeat(50),
  })
  const rejects = join(directory, 'rejects.jsonl')
  const failed = entryOf({
    id: 'evil',
    status: 'failed',
    collection: evil,
    target: evil,
    kind: evil,
    archive: evil,
    directory: evil,
    hosts: [evil],
    traffic: [
      {
        ...{ place: evil, bytes_in: 1, bytes_out: 1, stalls_in: 1, stalls_out: 1 },
        ...{ stalled_in_seconds: 1, stalled_out_seconds: 1 },
      },
    ],
    command: ['col', evil],
    bottleneck: evil,
    counts: { [evil]: { [evil]: [{ a: evil }] } },
    rejects_file: rejects,
    error: { code: evil, message: evil, hint: evil },
  })
  const lines = (['event', 'note', 'warning', 'error'] as const).map((level) => ({
    at: failed.started_at,
    level,
    text: evil,
  }))
  const logs = { evil: [{ attempt: 1, lines }] }
  const history = madeUpHistory([failed, { ...running(), collection: evil, target: evil }], logs)
  const base = madeUpReport([failed])
  const report = JSON.parse(JSON.stringify(base), (key, value) =>
    typeof value === 'string' && !/at|since|run|severity/.test(key) ? evil : value,
  ) as MonitorReport
  const archives = [
    {
      id: evil,
      collection: evil,
      target: evil,
      status: evil,
      started_at: new Date().toISOString(),
      objects: 1,
      bytes: 1,
      pinned: true,
      damaged: true,
      verified_level: evil,
    },
  ]
  const alert = {
    alert: evil,
    status: 'firing',
    summary: evil,
    kind: evil,
    collection: evil,
    target: evil,
    detail: evil,
    since: new Date().toISOString(),
    next: evil,
  } as const
  const alerts = { alerts: [alert], undelivered: [{ sink: evil, messages: 3, error: evil }] }
  const sources = {
    history,
    report: () => report,
    archives: () => archives,
    alerts: () => alerts,
    version: '0.1.0',
  }
  const file = join(directory, 'dashboard.html')
  await exportDashboard(sources, file)
  const served = await opened(t, sources)
  const written = await look(t, pathToFileURL(file).href)
  for (const { page, complaints } of [served, written]) {
    await seeAll(page)
    await page.evaluate(() => {
      location.hash = '#/run/evil'
    })
    await says(page, 'h1', 'failed')
    const main = await text(page, 'main')
    t.ok(main.includes('<img src=x onerror="window.hit=1">'))
    t.ok(main.includes('\\u{202e}gpj.exe\\u{7}'), 'what turns the direction of a text is seen by its number')
    t.equal((await text(page, '.log')).split('<img src=x').length, 5)
    t.equal(await page.$$eval('img, #page script, iframe', (all) => all.length), 0)
    t.equal(await page.evaluate(() => 'hit' in window), false)
    t.strictSame(complaints, [])
  }
  const shown = await text(served.page, '#rejects pre')
  t.equal(shown.split('\n').length, 20, 'the first rejects alone')
  t.equal(await written.page.$('#rejects'), null, 'and none in a file')
})

t.test('no fault for axe in both themes and widths, on either page', { skip }, async (t) => {
  for (const [index, width] of WIDTHS.entries()) {
    const themes = index === 0 ? THEMES : THEMES.toReversed()
    const { page } = await opened(t, oneRowOfEachSort(), { theme: themes[0]!, width })
    await page.evaluate(axe)
    // Tables that are folded differ from others by nothing but that.
    if (index === 0) t.strictSame(await faults(page), [], `folded, ${themes[0]} ${width}`)
    await seeAll(page)
    await checkThemes(t, page, themes, `all, ${width}`)
    await page.evaluate(() => {
      location.hash = document.querySelector('.item a')!.getAttribute('href')!
    })
    await says(page, 'h1', 'Backup of Orders')
    await checkThemes(t, page, themes.toReversed(), `a run, ${width}`)
  }
})

/** By all rules in the first theme, and for colors, which alone are another's, in the second. */
async function checkThemes(t: Test, page: Page, [first, second]: readonly string[], what: string) {
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: first! }])
  t.strictSame(await faults(page), [], `${what}, ${first}`)
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: second! }])
  t.strictSame(await faults(page, 'color-contrast', 'link-in-text-block'), [], `${what}, ${second}`)
}

/** Tables of trends and of storage have three of their thirty rows, those that are unlike others among them. */
function oneRowOfEachSort(): DashboardSources {
  const report = madeUpReport()
  const trends = report.trends.map((trend) => ({
    ...trend,
    points: trend.points.filter(({ status }, index, all) => status !== 'done' || index > all.length - 4),
  }))
  const storage = report.storage.map((one) => ({ ...one, points: one.points.slice(-3) }))
  return { ...madeUpSources(), report: () => ({ ...report, trends, storage }) }
}

/** By some rules, or all. axe is evaluated by the debugger, which no policy of the page keeps out. */
async function faults(page: Page, ...rules: string[]): Promise<string[]> {
  return page.evaluate(async (runOnly) => {
    const { axe } = window as unknown as {
      axe: {
        run(how: { runOnly?: string[] }): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>
      }
    }
    const { violations } = await axe.run(runOnly.length === 0 ? {} : { runOnly })
    return violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join('; ')}`,
    )
  }, rules)
}

/** Names and errors as long as they come, some of them in one word; figures as large as they come. */
function longSources(): DashboardSources {
  const words = 'TheArticlesOfAllTheNewspapersThatTheArchiveOfTheLibraryHasEverTakenIn_and_more'
  const error = `ELYSIA_STORE: ${words} answered 507 https://weaviate-with-a-long-name.internal.example:8080/${'x'.repeat(200)} ${'the disk is full, '.repeat(12)}`
  const base = madeUpReport()
  const report = {
    ...base,
    ...{ success: base.success, recovery: base.recovery, storage: base.storage, trends: base.trends },
  }
  const long = JSON.parse(JSON.stringify(report), (key, value) => {
    if (key === 'collection') return `${words}${value}`
    if (key === 'target')
      return `http://weaviate-with-a-long-name.internal.example:8080?grpc=weaviate-with-a-long-name.internal.example:50051,${value}`
    if (key === 'last_error' || key === 'message') return error
    if (['done', 'failed', 'killed', 'with_rejects', 'interrupted'].includes(key)) return 1_234_567
    return value
  }) as MonitorReport
  const success = long.success.map((one) => ({ ...one, last_error: error }))
  const entries = madeUpEntries().map((entry) => ({
    ...entry,
    collection: `${words}${entry.collection}`,
    records: 123_456_789_012,
    rejected: 1_234_567_890,
    error: { code: 'ELYSIA_STORE', message: error },
  }))
  const archives = (madeUpSources().archives!() as ArchiveView[]).map((one) => ({
    ...one,
    collection: words,
  }))
  return {
    history: madeUpHistory(entries),
    report: () => ({ ...long, success }),
    archives: () => archives,
    version: '0.1.0',
  }
}

t.test(
  'at both widths all fits, in order, and lines up, however long names and errors are',
  { skip },
  async (t) => {
    for (const [width, sources] of WIDTHS.flatMap((width) =>
      [madeUpSources(), longSources()].map((one) => [width, one] as const),
    )) {
      const { page } = await opened(t, sources, { width, still: true })
      await seeAll(page)
      const facts = await page.evaluate(() => {
        const box = (element: Element) => element.getBoundingClientRect()
        const sections = [...document.querySelectorAll('section')]
        return {
          scrolls: document.documentElement.scrollWidth - document.documentElement.clientWidth,
          order: sections.map(({ id }) => id),
          lefts: [
            ...new Set(
              [...sections, document.querySelector('h1')!, document.querySelector('header')!].map((one) =>
                Math.round(box(one).left),
              ),
            ),
          ],
          rights: [...new Set(sections.map((one) => Math.round(box(one).right)))],
          tops: sections.map((one) => box(one).top),
          outside: [...document.querySelectorAll('main :not(thead, thead *, caption)')]
            .filter((one) => box(one).right > document.documentElement.clientWidth + 1)
            .map((one) => one.outerHTML.slice(0, 120)),
          cut: [...document.querySelectorAll<HTMLElement>('.table')]
            .filter((one) => one.scrollWidth > one.clientWidth + 1)
            .map((one) => one.getAttribute('aria-label')),
          small: [...document.querySelectorAll<HTMLElement>('main p, main td, main dd, main li')].filter(
            (one) => one.innerText !== '' && Number.parseFloat(getComputedStyle(one).fontSize) < 13,
          ).length,
          attentionTop: box(document.querySelector('#attention .item')!).top,
          isMoving: document.getAnimations().length > 0,
        }
      })
      t.equal(facts.scrolls, 0, `${width}: nothing is wider than the screen`)
      t.strictSame(facts.order, [
        'attention',
        'recovery',
        'running',
        'success',
        'runs',
        'trends',
        'storage',
        'catalog',
        'alerts',
        'advice',
      ])
      t.equal(facts.lefts.length, 1, 'one left edge')
      t.equal(facts.rights.length, 1, 'one right edge')
      t.strictSame(
        facts.tops,
        facts.tops.toSorted((a, b) => a - b),
      )
      t.strictSame(facts.outside, [], `${width}: nothing is cut at the edge`)
      t.strictSame(facts.cut, [], `${width}: no table has to be moved sideways`)
      t.equal(facts.small, 0, 'all can be read')
      t.ok(facts.attentionTop < 500, 'what needs attention is seen at once')
      t.notOk(facts.isMoving, 'nothing moves where that was asked for')
    }
  },
)

t.test('all is reached with the keyboard, from the top to the bottom', { skip }, async (t) => {
  const { page } = await opened(t, madeUpSources())
  await page.keyboard.press('Tab')
  t.equal(await page.evaluate(() => (document.activeElement as HTMLElement).innerText), 'To the content')
  await page.keyboard.press('Enter')
  t.equal(await page.evaluate(() => document.activeElement!.id), 'main')
  const reached: string[] = []
  for (let index = 0; index < 6; index += 1) {
    await page.keyboard.press('Tab')
    reached.push(await page.evaluate(() => document.activeElement!.outerHTML.slice(0, 80)))
  }
  t.ok(
    reached.some((html) => html.includes('#/run/')),
    'the run that failed',
  )
  t.ok(
    reached.some((html) => html.includes('copy')),
    'what to type',
  )
  const outlines = await page.evaluate(() => getComputedStyle(document.activeElement!).outlineStyle)
  t.equal(outlines, 'solid', 'and it is seen where one is')
})

t.test('a link to a part of the page leads there, also from the page of a run', { skip }, async (t) => {
  const { page } = await opened(t, madeUpSources())
  const top = (id: string) => page.$eval(`#${id}`, (element) => Math.abs(element.getBoundingClientRect().top))
  await page.click('.item a')
  await says(page, 'h1', 'Backup of Orders')
  await page.click('nav a[href="#success"]')
  await page.waitForSelector('#success')
  t.ok((await top('success')) < 200)
  await page.reload()
  await page.waitForSelector('#advice')
  t.ok((await top('success')) < 200, 'and when it is opened')
})

t.test('older runs, and those of one kind', { skip }, async (t) => {
  const { page } = await opened(t, madeUpSources())
  const rows = () => page.$$eval('#runs tbody tr', (all) => all.map((row) => (row as HTMLElement).innerText))
  t.equal((await rows()).length, 15)
  await page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('#runs button')]
      .find(({ innerText }) => innerText === 'Older runs')!
      .click(),
  )
  await page.waitForFunction(() => document.querySelectorAll('#runs tbody tr').length > 15)
  t.equal((await rows()).length, 91)
  await page.select('#runs select', 'failed')
  await page.waitForFunction(() => document.querySelectorAll('#runs tbody tr').length === 1)
  t.match(await rows(), [/Orders[\s\S]*the disk is full/])
})

/** When the page of so many runs is first painted, in milliseconds: as the server gives it, and as a file. */
async function painted(t: Test, count: number): Promise<{ served: number; written: number }> {
  const entries = Array.from({ length: count }, (_, index) => {
    const started_at = new Date(Date.UTC(2026, 10, 29) - index * 61_000).toISOString()
    return entryOf({ id: `run-${index}`, collection: `Collection${index % 20}`, started_at })
  })
  const report = madeUpReport(entries)
  const sources = { ...madeUpSources(madeUpHistory(entries)), report: () => report }
  const file = join(t.testdir(), 'dashboard.html')
  await exportDashboard(sources, file)
  const paint = async ({ page, complaints }: Awaited<ReturnType<typeof look>>) => {
    await page.reload()
    await page.waitForSelector('h1')
    t.strictSame(complaints, [])
    // The browser notes it some frames later.
    return await page.evaluate(
      () =>
        new Promise<number>((done) => {
          const observer = new PerformanceObserver((list) => {
            for (const { startTime } of list.getEntriesByName('first-contentful-paint')) done(startTime)
          })
          observer.observe({ type: 'paint', buffered: true })
        }),
    )
  }
  return {
    served: await paint(await opened(t, sources)),
    written: await paint(await look(t, pathToFileURL(file).href)),
  }
}

t.test('with 10 000 runs it is painted soon, served and as a file', { skip }, async (t) => {
  // A busy machine puts both off: what a page of twenty runs takes says how much. `bench/dashboard.ts` has the milliseconds.
  const few = await painted(t, 20)
  const many = await painted(t, 10_000)
  for (const [name, ms] of Object.entries(many)) {
    const floor = few[name as keyof typeof few]
    t.ok(ms < 1000 + 5 * floor, `${name}: ${Math.round(ms)} ms, with 20 runs ${Math.round(floor)} ms`)
  }
})

t.test(
  'a file shows what the server shows, asks nobody, and says that it does not change',
  { skip },
  async (t) => {
    const file = join(t.testdir(), 'dashboard.html')
    await exportDashboard(madeUpSources(), file)
    const { page, complaints } = await look(t, pathToFileURL(file).href)
    const asked: string[] = []
    page.on('request', (request) => asked.push(request.url()))
    await page.reload()
    await page.waitForSelector('h1')
    const other = await opened(t, madeUpSources())
    await Promise.all([seeAll(page), seeAll(other.page)])
    const parts = ['#attention', '#recovery', '#success', '#trends', '#storage', '#advice']
    for (const part of parts) t.equal(await text(page, part), await text(other.page, part), part)
    t.match(await text(page, '.when'), /does not change/)
    await page.click('.item a')
    await says(page, 'h1', 'Backup of Orders')
    t.match(await text(page, 'main'), /ELYSIA_STORE/)
    t.strictSame(
      asked.filter((url) => !url.startsWith('file:') && !url.startsWith('data:')),
      [],
    )
    t.strictSame(complaints, [])
    // Another script in it is refused.
    const html = readFileSync(file, 'utf8')
    writeFileSync(file, html.replace('</body>', '<script>window.hit = 1</script></body>'))
    await page.reload()
    t.equal(await page.evaluate(() => 'hit' in window), false)
  },
)
