// The page looks as it did when its pictures were kept (`npm run pictures` keeps new ones).
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import { exportDashboard } from '../../lib/monitor/dashboard/file/export.ts'
import { madeUpSources } from '../monitor/dashboard/madeUp.ts'
import { look, noBrowser } from './chromium.ts'
import { difference, KEPT, keptMaker, keptPicture, makerOf, picture } from './picture.ts'

/** Edges of letters may differ; a line that moved is ten times this. */
const MOST_SHARE = 0.004

t.test('at two widths, in both themes, it looks as it did', { skip: noBrowser ?? false }, async (t) => {
  const file = join(t.testdir(), 'dashboard.html')
  await exportDashboard(madeUpSources(), file)
  const url = pathToFileURL(file).href
  const { page: blank } = await look(t, url)
  const [maker, kept] = [await makerOf(blank), keptMaker()]
  if (JSON.stringify(maker) !== JSON.stringify(kept)) {
    const [had, has] = [kept, maker].map(
      ({ browser, widths }) => `Chromium ${browser}, fonts ${widths.join()}`,
    )
    t.pass('not compared', { skip: `kept by ${had}; here is ${has}` })
    return
  }
  // The page itself may load no picture.
  await blank.goto('about:blank')
  for (const one of KEPT) {
    const { page } = await look(t, url)
    const { sizes, share } = await difference(blank, keptPicture(one), await picture(page, one))
    t.equal(sizes[1], sizes[0], `${one.name}: as large as it was`)
    t.ok(share <= MOST_SHARE, `${one.name}: ${(share * 100).toFixed(3)} % differ`)
  }
  const { page } = await look(t, url)
  await page.evaluate(() => {
    document.querySelector<HTMLElement>('h1')!.style.marginTop = '60px'
  })
  const moved = await difference(blank, keptPicture(KEPT[0]!), await picture(page, KEPT[0]!))
  t.ok(moved.share > 5 * MOST_SHARE, `what moved is seen: ${(moved.share * 100).toFixed(1)} %`)
})
