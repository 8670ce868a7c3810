// docs/pictures is made by `node scripts/pictures.ts`, on a real terminal: what stands there fits its width.
import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import t from 'tap'

const root = fileURLToPath(new URL('../docs/pictures/', import.meta.url))
/** Of the dashboard, in a browser. */
const PAGES = ['dashboard-1280.png', 'dashboard-run-1280.png']
const SCENES = ['archives', 'ingest', 'ingest-progress', 'interrupted']

t.test('each scene is there as text and as a picture, at 60 and 120 columns', async (t) => {
  const wanted = SCENES.flatMap((name) =>
    [60, 120].flatMap((width) => [`${name}-${width}.svg`, `${name}-${width}.txt`]),
  )
  t.same(globSync('*', { cwd: root }).toSorted(), [...wanted, ...PAGES].toSorted())
  for (const name of globSync('*.txt', { cwd: root })) {
    const width = Number(/(\d+)\.txt$/.exec(name)![1])
    const lines = readFileSync(`${root}${name}`, 'utf8').split('\n')
    t.same(
      lines.filter((line) => line.length > width),
      [],
      name,
    )
  }
})

t.test('they show progress below the notes, and none of it afterwards', async (t) => {
  for (const width of [60, 120]) {
    const shown = (name: string) => readFileSync(`${root}${name}-${width}.txt`, 'utf8').trimEnd()
    t.match(
      shown('ingest-progress').split('\n').at(-1),
      /^ \d\d % {2}[\d,]+ records {2}[\d,]+\/s {2}ETA \d+ s$/,
    )
    t.notMatch(shown('ingest'), /ETA/)
    t.match(shown('interrupted'), /interrupted; continue with: elysiactl index/)
    t.match(shown('archives'), /^ID +STATUS/m)
  }
})
