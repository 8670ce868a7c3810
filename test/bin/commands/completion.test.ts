import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import t from 'tap'
import { adds, type Home, home } from '../elysiactl.ts'
import { filled, STORE } from '../filled.ts'

const COMMAND = new URL('../../../bin/elysiactl.js', import.meta.url).pathname

/** The words that are offered for the last one; the line after each says what it is. */
function offersOf({ run }: Home, target: readonly string[] = STORE) {
  return async (...words: string[]): Promise<string[]> => {
    const { code, stdout, stderr } = await run(['completion', 'words', '-q', ...target, '--', ...words])
    if (code !== 0) throw new Error(stderr)
    const lines = stdout.split('\n').slice(0, -1)
    return lines.filter((_, index) => index % 2 === 0)
  }
}

t.test('completion offers commands, options and what they take', async (t) => {
  const at = home(t, { 'elysiactl.yaml': 'targets: { office: { url: "http://office:8080" } }\n' })
  await filled(at, 'SourceCode', [])
  const offers = offersOf(at)
  t.same(await offers(''), [
    'index',
    'col',
    'cluster',
    'metrics',
    'auto',
    'alerts',
    'doctor',
    'diff',
    'runs',
    'report',
    'dashboard',
    'transform',
    'format',
    'config',
    'completion',
    'help',
  ])
  t.same(await offers('index', 's'), ['sync', 'status'])
  t.same(await offers('format', 'schema', 'rep'), ['report'])
  t.same(await offers('col', 'cat', ''), ['SourceCode'])
  t.ok((await offers('col', 'ls', '')).includes('--target'), 'nothing but flags may follow')
  t.same(await offers('index', 'sync', '--collection', ''), ['SourceCode'])
  t.same(await offers('index', 'sync', '--target', 'o'), ['office'])
  t.same(await offers('col', 'cat', 'SourceCode', '--no-v'), ['--no-vectors'])
  t.same(await offers('index', 'process-jsonl', ''), [], 'which lets the shell offer files')
  t.same(await offers('index', 'sync', '--', ''), [])
})

t.test('completion offers flags behind operands, and values behind = and ,', async (t) => {
  const at = home(t, { 'elysiactl.yaml': 'targets: { office: { url: "http://office:8080" } }\n' })
  const offers = offersOf(at)
  t.same(await offers('col', 'backup', 'X', '--form'), ['--format'])
  t.same(await offers('col', 'backup', 'X', '--format=j'), ['--format=jsonl', '--format=json'])
  t.same(await offers('col', 'backup', '--format', 'parquet', 'X', '--form'), [], 'a flag once')
  t.match(await offers('col', 'backup', 'X', ''), ['--format'], 'what may follow are flags alone')
  t.match(await offers('col', 'backup', '-n', 'X', '--dry'), [])
  t.same(await offers('index', 'sync', '--target=o'), ['--target=office'])
  t.same(await offers('col', 'catalog', 'list', '--status', 'partial,d'), [
    'partial,deleting',
    'partial,deleted',
  ])
  t.same(await offers('col', 'catalog', 'list', '--status=f'), ['--status=failed'])
  t.same(await offers('help', 'col', 'catalog', 'un'), ['unpin', 'untag', 'undos', 'unlock'])
  t.match(await offers('col', 'catalog', 'cleanup', '--keep-tag', 'a', '--keep-tag'), ['--keep-tag'])
})

t.test('completion offers archives, their tags and collections, and says what they are', async (t) => {
  const at = home(t)
  await filled(at, 'SourceCode', [])
  t.equal((await at.run(['col', 'backup', 'SourceCode', '--allow-empty', '--tag', 'gold', ...STORE])).code, 0)
  const { stdout } = await at.run(['completion', 'words', '--', 'col', 'restore', ''])
  const [id = '', text] = stdout.split('\n')
  t.match(id, /^\d{8}t\d{6}/)
  t.match(text, /^SourceCode, 0 objects, of \d{4}-/)
  const offers = offersOf(at)
  t.same(await offers('col', 'catalog', 'pin', id.slice(0, 9)), [id])
  t.same(await offers('col', 'catalog', 'verify', id, ''), [id], 'as many as one likes')
  t.same(await offers('col', 'catalog', 'list', '--tag', 'g'), ['gold'])
  t.same(await offers('col', 'catalog', 'list', '--collection='), ['--collection=SourceCode'])
})

t.test('completion offers tenants of the collection and target on the line', async (t) => {
  const at = home(t, { 'a.jsonl': adds(1) })
  const store = ['--target', 'sqlite:other.db']
  for (const tenant of ['ann', 'bob']) {
    const ingest = ['index', 'process-jsonl', 'a.jsonl', '--collection', 'code', '--tenant', tenant]
    t.equal((await at.run([...ingest, '--fresh', ...store])).code, 0)
  }
  const offers = offersOf(at, [])
  t.same(await offers('col', 'cat', 'code', ...store, '--tenant', ''), ['ann', 'bob'])
  t.same(await offers('col', 'cat', 'code', '--target=sqlite:other.db', '--tenant=b'), ['--tenant=bob'])
  t.same(await offers('index', 'sync', ...store, '--collection', 'Code', '--tenant', 'a'), ['ann'])
  t.same(await offers('col', 'cat', 'code', '--tenant', ''), [], 'no store is there')
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

const lacks = (shell: string) => spawnSync(shell, ['--version']).error !== undefined && `${shell} is missing`

t.test(
  'bash completes with the script, and evaluates nothing of the line',
  {
    skip: lacks('bash'),
  },
  async (t) => {
    const { run, directory } = home(t)
    const { stdout: script } = await run(['completion', 'bash'])
    const session = `${script}
    elysiactl() { "$NODE" "$COMMAND" "$@"; }
    offers() { COMP_WORDS=(elysiactl "$@") COMP_CWORD=$#; _elysiactl; echo "$\{COMPREPLY[@]}"; }
    COMP_WORDS=(elysiactl index '$(touch ran)' st) COMP_CWORD=3; _elysiactl; echo "$\{#COMPREPLY[@]}"
    offers index st
    offers col backup X --format =
    offers col backup X --format = p
    offers col catalog list --target http : //h : 8080 --status partial,f`
    const env = { ...process.env, NODE: process.execPath, COMMAND, HOME: directory }
    const bash = spawnSync('bash', ['--norc', '-c', session], { cwd: directory, env, encoding: 'utf8' })
    t.equal(bash.stdout, '0\nstatus\njsonl json parquet\nparquet\npartial,failed\n', bash.stderr)
    t.notOk(existsSync(`${directory}/ran`))
  },
)

t.test(
  'fish completes with the script, says what a word means, and offers files where there are none',
  {
    skip: lacks('fish'),
  },
  async (t) => {
    const { run, directory } = home(t, { 'changes.jsonl': '' })
    const { stdout: script } = await run(['completion', 'fish'])
    const session = `function elysiactl; $NODE $COMMAND $argv; end
    ${script}
    complete -C 'elysiactl index st'
    complete -C 'elysiactl col backup X --format=p'
    complete -C 'elysiactl index validate cha'`
    const env = { ...process.env, NODE: process.execPath, COMMAND, HOME: directory }
    const fish = spawnSync('fish', ['--no-config', '-c', session], { cwd: directory, env, encoding: 'utf8' })
    t.match(fish.stdout, /^status\tshow the runs.*\n--format=parquet\n?\s*changes\.jsonl\n$/, fish.stderr)
  },
)

t.test('the script for zsh is one that zsh takes', { skip: lacks('zsh') }, async (t) => {
  const { stdout: script } = await home(t).run(['completion', 'zsh'])
  t.match(spawnSync('zsh', ['-n'], { input: script, encoding: 'utf8' }), { status: 0, stderr: '' })
})
