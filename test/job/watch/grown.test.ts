import {
  chmodSync,
  linkSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import t from 'tap'
import { on } from '../../run/listening.ts'
import { add, append, contentsOf, drop, LONG_AGO, pass, placeOf, rename, said } from './watching.ts'

/** A rename that goes wrong where it is done twice: the second one moves what came to the old path since. */
const MOVED = `${rename('a', 'b')}${add('a', 'TWO')}`
const LATER = new Date('2026-02-02T00:00:00Z')

t.test('what is appended to a file is taken from where it was, with its own line numbers', async (t) => {
  const place = placeOf(t, { '0.jsonl': add('a', 'ONE'), 'log.jsonl': MOVED })
  await pass(place)
  append(place, 'log.jsonl', `${add('c', 'THREE')}bad\n`)
  const rejectsDirectory = join(place.inbox, '../rejects')
  const told = await pass(place, {}, [], { rejectsDirectory })
  t.strictSame(told.names, ['log.jsonl'])
  t.strictSame(said(told), ['log.jsonl has grown: goes on after line 2'])
  t.strictSame(await contentsOf(place), { a: 'TWO', b: 'ONE', c: 'THREE' })
  t.match(told.files[0]?.report, { lines: 2, records: 2, written: 1, rejected: { not_json: 1 } })
  t.match(JSON.parse(readFileSync(told.files[0]!.rejects_path!, 'utf8')), { line: 4, record: 'bad' })
})

t.test('a file that grows again and again while it is watched is taken piece by piece', async (t) => {
  const place = placeOf(t, { '0.jsonl': add('a', 'ONE'), 'log.jsonl': MOVED })
  const told = await pass(place, {}, [
    () => append(place, 'log.jsonl', rename('b', 'c')),
    () => append(place, 'log.jsonl', add('b', 'THREE')),
  ])
  t.strictSame(told.names, ['0.jsonl', 'log.jsonl', 'log.jsonl', 'log.jsonl'])
  t.strictSame(await contentsOf(place), { a: 'TWO', b: 'THREE', c: 'ONE' })
  t.equal(told.ended.report.records, 5)
})

t.test('a line that was only half there is taken as a whole, and one that was whole not twice', async (t) => {
  const half = add('c', 'HALF')
  const place = placeOf(t, {
    '0.jsonl': add('a', 'ONE'),
    'cut.jsonl': `${MOVED}${half.slice(0, 20)}`,
    'open.jsonl': rename('x', 'y').trimEnd(),
    'x.jsonl': '',
  })
  writeFileSync(join(place.inbox, '00.jsonl'), add('x', 'OLD'))
  await pass(place, { settleMs: 0 })
  append(place, 'cut.jsonl', half.slice(20))
  append(place, 'open.jsonl', `\n${add('x', 'NEW')}`)
  const { files } = await pass(place)
  t.strictSame(await contentsOf(place), { a: 'TWO', b: 'ONE', c: 'HALF', x: 'NEW', y: 'OLD' })
  t.strictSame(
    files.map(({ report }) => [report.lines, report.records, report.blank]),
    [
      [1, 1, 0],
      [1, 1, 0],
    ],
  )
  append(place, 'open.jsonl', ' \r\n')
  append(place, 'cut.jsonl', ' ')
  const again = await pass(place)
  t.strictSame(
    again.files.map(({ report }) => report.records),
    again.files.map(() => 0),
    'white space is no record',
  )
})

t.test('a last line without an end that has grown by white space alone is not taken once more', async (t) => {
  for (const blanks of [' ', '\t \r', ' '.repeat(65_535), ' '.repeat(65_536)]) {
    const place = placeOf(t, { '0.jsonl': add('a', 'ONE'), 'open.jsonl': rename('a', 'b').trimEnd() })
    await pass(place, {}, [() => drop(place, 'z.jsonl', add('a', 'TWO'))])
    append(place, 'open.jsonl', blanks)
    t.strictSame((await pass(place)).names, [], `${blanks.length} blanks`)
    t.strictSame(await contentsOf(place), { a: 'TWO', b: 'ONE' }, 'the rename was not made twice')
    append(place, 'open.jsonl', `\n${add('c', 'THREE')}`)
    t.match((await pass(place)).files[0]?.report, { lines: 1, written: 1 }, 'and what follows is taken')
  }
})

t.test('a compressed file goes on with the members that are appended', async (t) => {
  const place = placeOf(t, { '0.jsonl': add('a', 'ONE'), 'log.jsonl': gzipSync(MOVED) })
  await pass(place)
  append(place, 'log.jsonl', gzipSync(add('c', 'THREE')))
  const { files } = await pass(place)
  t.match(files[0]?.report, { lines: 1, records: 1 })
  t.strictSame(await contentsOf(place), { a: 'TWO', b: 'ONE', c: 'THREE' })
})

t.test(
  'a file that was cut short starts again, and so does one with another beginning; both are said',
  async (t) => {
    const place = placeOf(t, { '1.jsonl': `${add('a', '1')}${add('b', '1')}`, '2.jsonl': add('c', '1') })
    await pass(place)
    truncateSync(join(place.inbox, '1.jsonl'))
    append(place, '1.jsonl', add('d', '1'))
    writeFileSync(join(place.inbox, '2.jsonl'), `${add('c', '2')}${add('e', '2')}`)
    utimesSync(join(place.inbox, '2.jsonl'), LONG_AGO, LONG_AGO)
    const told = await pass(place)
    t.strictSame(said(told), [
      '1.jsonl is shorter than what was taken of it: begins at its first line',
      '2.jsonl no longer begins with what was taken of it: begins at its first line',
    ])
    t.strictSame(await contentsOf(place), { a: '1', b: '1', c: '2', d: '1', e: '2' })
  },
)

t.test(
  'a file that is written over in place is taken, though its length and its time are the same',
  async (t) => {
    const place = placeOf(t, { '1.jsonl': add('a', 'old') })
    await pass(place)
    writeFileSync(join(place.inbox, '1.jsonl'), add('a', 'new'))
    utimesSync(join(place.inbox, '1.jsonl'), LONG_AGO, LONG_AGO)
    const { names } = await pass(place)
    t.strictSame(names, ['1.jsonl'])
    t.strictSame(await contentsOf(place), { a: 'new' })
  },
)

t.test('a file whose name, rights or time alone have changed is not taken again', async (t) => {
  const place = placeOf(t, {
    '1.jsonl': add('a', 'old'),
    '2.jsonl': add('b', 'old'),
    '3.jsonl': add('c', 'old'),
  })
  await pass(place)
  drop(place, '4.jsonl', `${add('a', 'new')}${add('b', 'new')}${add('c', 'new')}`)
  renameSync(join(place.inbox, '1.jsonl'), join(place.inbox, '5.jsonl'))
  chmodSync(join(place.inbox, '2.jsonl'), 0o600)
  utimesSync(join(place.inbox, '3.jsonl'), LATER, LATER)
  linkSync(join(place.inbox, '3.jsonl'), join(place.inbox, '6.jsonl'))
  const { names } = await pass(place, {}, [
    () => renameSync(join(place.inbox, '2.jsonl'), join(place.inbox, '7.jsonl')),
    () => renameSync(join(place.inbox, '7.jsonl'), join(place.inbox, '8.jsonl')),
  ])
  t.strictSame(names, ['4.jsonl'])
  t.strictSame(await contentsOf(place), { a: 'new', b: 'new', c: 'new' })
})

t.test(
  'rotation: the old file keeps what was taken of it under its new name, also what comes late',
  async (t) => {
    const place = placeOf(t, { '0.jsonl': add('a', 'ONE'), 'log.jsonl': MOVED })
    const inbox = (name: string) => join(place.inbox, name)
    const told = await pass(place, {}, [
      () => {
        renameSync(inbox('log.jsonl'), inbox('z-old.jsonl'))
        append(place, 'z-old.jsonl', add('late', 'x'))
        drop(place, 'log.jsonl', add('b', 'NEW'))
      },
    ])
    t.strictSame(told.names, ['0.jsonl', 'log.jsonl', 'log.jsonl', 'z-old.jsonl'])
    t.strictSame(await contentsOf(place), { a: 'TWO', b: 'NEW', late: 'x' })
  },
)

t.test('rotation while nothing watches is recognized by the next watch', async (t) => {
  const place = placeOf(t, { '0.jsonl': add('a', 'ONE'), 'log.jsonl': MOVED })
  await pass(place)
  renameSync(join(place.inbox, 'log.jsonl'), join(place.inbox, 'z-old.jsonl'))
  append(place, 'z-old.jsonl', add('late', 'x'))
  drop(place, 'log.jsonl', add('b', 'NEW'))
  const { names } = await pass(place)
  t.strictSame(names, ['log.jsonl', 'z-old.jsonl'])
  t.strictSame(await contentsOf(place), { a: 'TWO', b: 'NEW', late: 'x' })
})

t.test(
  'a file that goes away and comes back under its name is another one, though it is the same',
  async (t) => {
    const place = placeOf(t, { '1.jsonl': add('a', 'first') })
    const [inside, outside] = [join(place.inbox, '1.jsonl'), join(place.inbox, '../outside/1.jsonl')]
    const { names } = await pass(place, {}, [
      () => renameSync(inside, outside),
      () => drop(place, '2.jsonl', add('a', 'second')),
      () => renameSync(outside, inside),
    ])
    t.strictSame(names, ['1.jsonl', '2.jsonl', '1.jsonl'])
    t.strictSame(await contentsOf(place), { a: 'first' })
  },
)

t.test('the same bytes given once more under a name that was gone are taken once more', async (t) => {
  const place = placeOf(t, { '1.jsonl': add('a', 'first') })
  const { names } = await pass(place, {}, [
    () => rmSync(join(place.inbox, '1.jsonl')),
    () => drop(place, '2.jsonl', add('a', 'second')),
    () => drop(place, '1.jsonl', add('a', 'first')),
  ])
  t.strictSame(names, ['1.jsonl', '2.jsonl', '1.jsonl'])
  t.strictSame(await contentsOf(place), { a: 'first' })
})

t.test('a file that grows while it is moved stays until what is new of it was taken', async (t) => {
  const place = placeOf(t, { '0.jsonl': add('a', 'ONE'), 'log.jsonl': MOVED })
  let grown = false
  const told = await pass(place, { after: 'move', batchSize: 1, workers: 1 }, [() => {}], {
    onEvent: on('records_settled', ({ records }) => {
      if (records < 2 || grown) return
      grown = true
      append(place, 'log.jsonl', add('c', 'THREE'), LATER)
    }),
  })
  t.strictSame(told.names, ['0.jsonl', 'log.jsonl', 'log.jsonl'])
  t.strictSame(await contentsOf(place), { a: 'TWO', b: 'ONE', c: 'THREE' })
  t.ok(readdirSync(join(place.inbox, 'processed')).includes('log.jsonl'))
  t.notOk(readdirSync(place.inbox).includes('log.jsonl'))
})

t.test('a stop in the middle of a file that then grows, or gets another name, is continued', async (t) => {
  for (const change of ['grows', 'renamed']) {
    const lines = Array.from({ length: 100 }, (_, index) => add(`p${index}`, `${index}`)).join('')
    const place = placeOf(t, { '0.jsonl': add('a', 'ONE'), 'log.jsonl': `${MOVED}${lines}` })
    const stop = new AbortController()
    const options = { batchSize: 10, workers: 1 }
    const onEvent = on('records_settled', ({ records }) => records > 20 && stop.abort())
    await pass(place, options, [], { stop: stop.signal, onEvent })
    if (change === 'grows') append(place, 'log.jsonl', add('c', 'THREE'))
    else renameSync(join(place.inbox, 'log.jsonl'), join(place.inbox, 'other.jsonl'))
    const { files, ended } = await pass(place, options)
    t.ok((files[0]?.report.continued_from_line ?? 0) >= 10, change)
    t.match(ended.report, { files_failed: 0, files: 2 }, 'and the one behind it')
    t.match(await contentsOf(place), { a: 'TWO', b: 'ONE', p99: '99' }, change)
  }
})

t.test('a file that failed goes on after what was settled of it when the rest of it comes', async (t) => {
  const lines = Array.from({ length: 6000 }, (_, index) => add(`p${index}`, `${Math.sin(index)}`)).join('')
  const whole = gzipSync(`${MOVED}${lines}`)
  const place = placeOf(t, {
    '0.jsonl': add('a', 'ONE'),
    'log.jsonl': whole.subarray(0, whole.length - 5000),
  })
  const first = await pass(place)
  t.match(first.ended.report, { files_failed: 1 })
  t.strictSame((await pass(place)).names, [], 'as it is it is not tried again')
  append(place, 'log.jsonl', whole.subarray(whole.length - 5000))
  const { files } = await pass(place)
  t.ok(
    (files[0]?.report.continued_from_line ?? 0) >= 2,
    `continued from ${files[0]?.report.continued_from_line}`,
  )
  t.equal(files[0]?.report.status, 'done')
  t.match(await contentsOf(place), { a: 'TWO', b: 'ONE', p5999: `${Math.sin(5999)}` })
})
