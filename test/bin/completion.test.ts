import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import t from 'tap'
import { home } from './elysiactl.ts'
import { filled, STORE } from './filled.ts'

const COMMAND = new URL('../../bin/elysiactl.js', import.meta.url).pathname

t.test('completion offers commands, options and what they take', async (t) => {
  const at = home(t, { 'elysiactl.yaml': 'targets: { office: { url: "http://office:8080" } }\n' })
  await filled(at, 'SourceCode', [])
  const offers = async (...words: string[]) => {
    const { code, stdout } = await at.run(['completion', 'words', '-q', ...STORE, '--', ...words])
    t.equal(code, 0)
    const lines = stdout.split('\n').slice(0, -1)
    return lines.filter((_, index) => index % 2 === 0)
  }
  t.same(await offers(''), ['index', 'col', 'format', 'config', 'completion', 'help'])
  t.same(await offers('index', 's'), ['sync', 'status'])
  t.same(await offers('format', 'schema', 're'), ['report', 'reject'])
  t.same(await offers('col', 'cat', ''), ['SourceCode'])
  t.match(await offers('col', 'ls', ''), ['--target'], 'nothing but flags may follow')
  t.same(await offers('index', 'sync', '--collection', ''), ['SourceCode'])
  t.same(await offers('index', 'sync', '--target', 'o'), ['office'])
  t.same(await offers('col', 'cat', 'SourceCode', '--no'), ['--no-vectors'])
  t.same(await offers('index', 'process-jsonl', ''), [], 'which lets the shell offer files')
  t.same(await offers('index', 'sync', '--', ''), [])
})

t.test('asking for names makes no store and complains of none', async (t) => {
  const { run, directory } = home(t)
  t.match(await run(['completion', 'words', '--', 'col', 'cat', '']), { code: 0, stdout: '', stderr: '' })
  t.notOk(existsSync(`${directory}/data`))
  const away = ['completion', 'words', '-q', '--target', 'http://127.0.0.1:1', '--', 'col', 'cat', '']
  t.match(await run(away), { code: 0, stdout: '', stderr: '' })
})

t.test('each shell has its script, another one is exit 2', async (t) => {
  const { run } = home(t)
  for (const shell of ['bash', 'zsh', 'fish']) {
    t.match(await run(['completion', shell]), { code: 0, stdout: /^#.*elysiactl/ })
  }
  t.match(await run(['completion', 'fisch']), { code: 2, stderr: /did you mean fish/ })
  t.equal((await run(['completion'])).code, 2)
})

const noBash = spawnSync('bash', ['--version']).error !== undefined && 'no bash here'

t.test('bash completes with the script, and evaluates nothing of the line', { skip: noBash }, async (t) => {
  const { run, directory } = home(t)
  const { stdout: script } = await run(['completion', 'bash'])
  const session = `${script}
    elysiactl() { "$NODE" "$COMMAND" "$@"; }
    COMP_WORDS=(elysiactl index '$(touch ran)' st) COMP_CWORD=3; _elysiactl; echo "$\{#COMPREPLY[@]}"
    COMP_WORDS=(elysiactl index st) COMP_CWORD=2; _elysiactl; echo "$\{COMPREPLY[@]}"`
  const env = { ...process.env, NODE: process.execPath, COMMAND, HOME: directory }
  const bash = spawnSync('bash', ['--norc', '-c', session], { cwd: directory, env, encoding: 'utf8' })
  t.equal(bash.stdout, '0\nstatus\n')
  t.notOk(existsSync(`${directory}/ran`))
})
