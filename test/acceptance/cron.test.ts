// The crontab of docs/configuration.md, line by line, as cron runs it: its PATH, its shell, its directory.
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { adds } from '../bin/elysiactl.ts'

const PAGE = new URL('../../docs/configuration.md', import.meta.url)
const COMMAND = new URL('../../bin/elysiactl.js', import.meta.url).pathname
const CONFIGURATION = 'targets: { office: "sqlite:office.db" }\nkeep_daily: 7\n'

/** The commands of the crontab: what stands behind the five fields of a line. */
function crontab(): string[] {
  const [, text = ''] = /```crontab\n(.*?)```/s.exec(readFileSync(PAGE, 'utf8')) ?? []
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return lines.map((line) => line.replace(/^(\S+\s+){5}/, ''))
}

t.test(
  'each line of the documented crontab works under the environment of cron, and says nothing',
  async (t) => {
    const home = t.testdir({
      '.config': { elysiactl: { 'config.yaml': CONFIGURATION } },
      'changes.jsonl': adds(3),
      bin: {},
    })
    mkdirSync(join(home, 'bin'), { recursive: true })
    symlinkSync(process.execPath, join(home, 'bin', 'node'))
    symlinkSync(COMMAND, join(home, 'bin', 'elysiactl'))
    const env = { HOME: home, LOGNAME: 'me', SHELL: '/bin/sh', PATH: '/usr/bin:/bin' }
    const cron = (line: string) => spawnSync('/bin/sh', ['-c', line], { cwd: home, env, encoding: 'utf8' })
    const ingest = 'index process-jsonl changes.jsonl --collection source-code --target office --quiet'
    t.match(cron(`"$HOME/bin/node" "$HOME/bin/elysiactl" ${ingest}`), { status: 0, stderr: '' })
    t.match(cron('elysiactl col ls'), { status: 127 }, 'by its name alone it is not found')

    const lines = crontab()
    t.equal(lines.length, 3)
    for (const line of lines) {
      const here = line.replace('/usr/local/bin', join(home, 'bin'))
      t.not(here, line, 'the line names the directory of node')
      const { status, stdout, stderr } = cron(here)
      t.match({ status, stdout, stderr }, { status: 0, stdout: '', stderr: '' }, line)
    }
    const list = cron(`PATH="$HOME/bin:$PATH" elysiactl col catalog list --json`)
    t.match(JSON.parse(list.stdout).archives, [
      { collection: 'SourceCode', status: 'complete', tags: ['nightly'] },
    ])
  },
)
