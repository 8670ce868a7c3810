import { spawn } from 'node:child_process'
import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { watch } from '../../../lib/job/watch/watch.ts'
import { openState } from '../../../lib/run/state.ts'
import { onFile } from '../../run/listening.ts'
import { runs } from '../../runs.ts'
import { add, contentsOf, drop, placeOf, withStore } from './watching.ts'

/** As many milliseconds as the environment asks for runs. */
const RACE_MS = runs(1500)

/** Files below a directory, through no link. */
function filesBelow(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name)
    return entry.isDirectory() ? filesBelow(path) : entry.isFile() ? [path] : []
  })
}

t.test(
  'somebody who exchanges files, links and directories all the time gets nothing read or written',
  async (t) => {
    const place = placeOf(t, {})
    const home = join(place.inbox, '../home')
    mkdirSync(home)
    writeFileSync(join(home, 'secret.jsonl'), `${add('SECRET', 'SECRET')}SECRET\n`, { mode: 0o600 })
    chmodSync(place.inbox, 0o777)
    const script = join(import.meta.dirname, 'racing.ts')
    const stop = new AbortController()
    const end = join(place.inbox, '../end')
    let files = 0
    let isTime = false
    // So long that some of its files were read, however busy the machine.
    const endRace = () => {
      if (isTime && files > 2) writeFileSync(end, '')
    }
    const race = () => {
      spawn(process.execPath, [script, place.inbox, home, end], { stdio: 'inherit' }).once('exit', () =>
        drop(place, 'z.jsonl', add('last', 'x')),
      )
      setTimeout(() => {
        isTime = true
        endRace()
      }, RACE_MS)
    }
    // A watch refuses directories that are exchanged while it opens them: the race begins behind that.
    drop(place, 'a.jsonl', add('public', 'x'))
    const { report, error } = await withStore(place, (store) => {
      const state = openState(store, place.stateDirectory)
      const options = { collection: 'source-code', after: 'move', settleMs: 0 } as const
      const onEvent = onFile(({ path }) => {
        files += 1
        endRace()
        if (path.endsWith('/a.jsonl')) race()
        if (path.endsWith('z.jsonl')) stop.abort()
      })
      return watch(place.inbox, store, options, { state, stop: stop.signal, onEvent })
    })
    t.equal(error, undefined)
    t.ok(report.files > 2, `${report.files} files`)
    const paths = Object.keys(await contentsOf(place)).filter((path) => path !== 'public')
    t.strictSame(paths, ['last'], 'and the watch goes on')
    t.strictSame(readdirSync(home), ['secret.jsonl'], 'nothing was put there')
    const { ino } = lstatSync(join(home, 'secret.jsonl'))
    const copies = [...filesBelow(place.inbox), ...filesBelow(place.stateDirectory)].filter(
      (path) => lstatSync(path).ino !== ino && readFileSync(path).includes('SECRET'),
    )
    t.strictSame(copies, [], 'nothing of it is elsewhere')
  },
)
