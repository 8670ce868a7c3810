import t from 'tap'
import { type LogType, leveledLog } from '../../../bin/cli/log.ts'

const DEFAULT = { quiet: false, verbose: false }

function logged(levels: { quiet: boolean; verbose: boolean }) {
  const shown: [LogType, unknown][] = []
  const ask = async (question: string) => (question === 'gone' ? undefined : `answer to ${question}`)
  return { shown, log: leveledLog(levels, { show: (type, what) => shown.push([type, what]), ask }) }
}

t.test('quietly errors alone are shown, verbosely everything', async (t) => {
  const all = [
    ['error', 'e'],
    ['warn', 'w'],
    ['info', 'i'],
    ['debug', 'd'],
  ]
  for (const [levels, count] of [
    [{ quiet: true, verbose: false }, 1],
    [{ quiet: true, verbose: true }, 1],
    [DEFAULT, 3],
    [{ quiet: false, verbose: true }, 4],
  ] as const) {
    const { log, shown } = logged(levels)
    for (const [type, what] of all) log[type as LogType](what)
    t.same(shown, all.slice(0, count))
  }
})

t.test('what is said again is shown again, as often as it is said', async (t) => {
  const { log, shown } = logged(DEFAULT)
  for (let time = 0; time < 100; time++) log.info('cannot be reached; tries again in 1.0 s')
  t.equal(shown.length, 100)
  const { getTime } = Date.prototype
  t.teardown(() => {
    Date.prototype.getTime = getTime
  })
  let ms = 1e12
  Date.prototype.getTime = () => {
    ms -= 1000
    return ms
  }
  for (let time = 0; time < 100; time++) log.info('the clock runs backwards')
  t.equal(shown.length, 200)
})

t.test('what was thrown comes as it is, whatever it looks like', async (t) => {
  const { log, shown } = logged(DEFAULT)
  const things = [
    new Error('x'),
    { message: 'm', args: [1] },
    { additional: 'a' },
    undefined,
    'text',
    ['a', 'b'],
  ]
  for (const thing of things) log.error(thing)
  for (const [index, thing] of things.entries()) t.equal(shown[index]?.[1], thing)
})

t.test('a question is asked where the command says, and its answer may be missing', async (t) => {
  const { log } = logged({ quiet: true, verbose: false })
  t.equal(await log.ask('name?'), 'answer to name?')
  t.equal(await log.ask('gone'), undefined)
})

t.test('the variables of consola itself change nothing', async (t) => {
  process.env.CONSOLA_LEVEL = '0'
  t.teardown(() => {
    delete process.env.CONSOLA_LEVEL
  })
  const { log, shown } = logged(DEFAULT)
  log.info('note')
  t.equal(shown.length, 1)
})
