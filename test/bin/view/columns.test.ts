import stringWidth from 'string-width'
import t from 'tap'
import { type Column, columns } from '../../../bin/view/columns.ts'
import { ageText, localText, utcText } from '../../../bin/view/times.ts'

const HEAD: readonly Column[] = [
  { name: 'id', whole: true },
  'name',
  { name: 'size', whole: true, drop: 1 },
  { name: 'path', drop: 2 },
  { name: 'note', drop: 3 },
]
const ID = '20261129t045612z-abcdef0123'
const ROWS = [
  [
    ID,
    '収集家のコレクション名前',
    '1.4 GiB',
    '/backups/a/very/long/path/that/goes/on/and/on/archive',
    'n'.repeat(60),
  ],
  [ID.replace('6', '7'), 'e\u0301'.repeat(20), '7 B', '/b', '👩\u200d👩\u200d👧 family'],
]

t.test('a table fits any terminal from 40 to 200 columns, and ids stay whole', async (t) => {
  const all = Array.from({ length: 161 }, (_, more) => 40 + more)
  const wrong = all.filter((width) => {
    const lines = columns(HEAD, ROWS, width)
    return lines.some((line) => stringWidth(line) > width) || !lines[1]!.startsWith(`${ID}  `)
  })
  t.same(wrong, [])
})

t.test('columns of any characters stand below each other', async (t) => {
  for (const width of [undefined, 60, 80, 120]) {
    const lines = columns(HEAD, ROWS, width)
    const at = lines[0]!.indexOf('NAME')
    t.equal(at, ID.length + 2)
    const second = lines[0]!.indexOf('SIZE')
    if (second === -1) continue
    for (const [index, size] of ['1.4 GiB', '7 B'].entries()) {
      const line = lines[index + 1]!
      t.equal(stringWidth(line.slice(0, line.indexOf(size))), second, line)
    }
  }
})

t.test('the least important columns go first, and it is told which', async (t) => {
  const gone = (width: number) => {
    const names: string[] = []
    columns(HEAD, ROWS, width, (dropped) => names.push(...dropped))
    return names
  }
  t.same(gone(200), [])
  t.same(gone(65), ['note'])
  t.same(gone(55), ['path', 'note'])
  t.same(gone(42), ['size', 'path', 'note'], 'the ids and their names are left')
})

t.test('a long text is cut in its middle, an id never', async (t) => {
  const path = '/backups/source-code/20261129/archive.jsonl.zst'
  t.match(columns(['what', 'path'], [['x', path]], 30)[1], /^x {5}\/backups\/sou…e\.jsonl\.zst$/)
  t.equal(columns([{ name: 'id', whole: true }], [[ID]], 10)[1], ID)
  t.equal(columns(['what', 'path'], [['x', path]])[1], `x     ${path}`, 'no terminal: nothing is cut')
})

t.test('times are said in UTC, or on the clock of whoever looks on, with its zone', async (t) => {
  const time = '2026-11-29T04:56:12.345Z'
  t.equal(utcText(time), '2026-11-29T04:56:12Z')
  const local = localText(time)
  t.match(local, /^2026-11-\d\d \d\d:\d\d:12 [+-]\d\d:\d\d$/)
  t.equal(Date.parse(local.replace(' ', 'T').replace(' ', '')), Date.parse('2026-11-29T04:56:12Z'))
  const ages = [0, 59, 60, 7199, 86_400, 40 * 86_400, 800 * 86_400]
  t.same(
    ages.map((seconds) => ageText(time, Date.parse(time) + seconds * 1000)),
    ['0 s', '59 s', '1 min', '1 h', '1 d', '1 mo', '2 y'],
  )
})
