import { readFileSync, writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import t from 'tap'
import type { Report } from '../../../lib/core/report.ts'
import { adds, home } from '../elysiactl.ts'

const INTO = ['--collection', 'source-code']

function counts(stdout: string): Partial<Report> {
  const { id, started_at, target, seconds, rate, bytes, peak_rss_bytes, coalesced, ...rest } = JSON.parse(
    stdout,
  ) as Report
  return rest
}

t.test('a file goes in, and its summary adds up', async (t) => {
  const { run } = home(t, { 'changes.jsonl': `${adds(3)}\n{"op":1}\n` })
  const { code, stdout, stderr } = await run(['index', 'process-jsonl', 'changes.jsonl', ...INTO])
  t.equal(code, 3)
  t.equal(stdout, '')
  t.match(stderr, /target sqlite:.* \(default\)/)
  t.match(stderr, /created the collection SourceCode/)
  t.match(stderr, /lines +5\n +blank +1\n +records +4\n +written +3\n/)
  t.match(stderr, /rejected +1\n +missing_field +1\n/)
})

t.test('with --json there is one document on stdout, and a second run sends nothing', async (t) => {
  const { run } = home(t, { 'changes.jsonl': adds(3) })
  const command = ['index', 'process-jsonl', 'changes.jsonl', ...INTO, '--json']
  t.match(counts((await run(command)).stdout), { status: 'done', lines: 3, records: 3, written: 3 })
  t.match(counts((await run(command)).stdout), { status: 'done', lines: 3, written: 0, unchanged: 3 })
})

t.test('file, pipe, compressed pipe and command give the same counts', async (t) => {
  const text = `${adds(20)}{"repo":"r","op":"delete","path":"file-3"}\nnot json\n`
  const { run } = home(t, { 'changes.jsonl': text, 'changes.jsonl.gz': gzipSync(text) })
  const ways = [
    ['process-jsonl', 'changes.jsonl'],
    ['process-jsonl', 'changes.jsonl.gz'],
    ['sync', '--stdin'],
    ['sync', '-'],
    ['sync', '--from-command', '--', 'cat', 'changes.jsonl'],
  ]
  const all = await Promise.all(
    ways.map(([name, ...way], index) => {
      return run(['index', name!, ...INTO, '--target', `sqlite:${index}.db`, '--json', ...way], text)
    }),
  )
  for (const { code, stdout } of all) {
    t.equal(code, 3)
    t.same(counts(stdout), counts(all[0]!.stdout))
  }
})

t.test('rejected records lie in a file of the run, and go in again once they are corrected', async (t) => {
  const { run, directory } = home(t, { 'changes.jsonl': `{"repo":"r","op":"ad","path":"a","content":"x"}\n` })
  const first = await run(['index', 'process-jsonl', 'changes.jsonl', ...INTO, '--rejects', 'rejects.jsonl'])
  t.equal(first.code, 3)
  t.match(first.stderr, /rejected records: rejects\.jsonl/)
  const rejects = readFileSync(`${directory}/rejects.jsonl`, 'utf8')
  t.match(JSON.parse(rejects), { line: 1, code: 'unknown_op' })
  const corrected = rejects.replaceAll('\\"ad\\"', '\\"add\\"')
  const again = await run(['index', 'sync', '-', ...INTO, '--from-rejects', '--json'], corrected)
  t.equal(again.code, 0, again.stderr)
  t.match(counts(again.stdout), { records: 1, written: 1 })
})

t.test('without --rejects the state directory takes the file, and the summary names it', async (t) => {
  const { run } = home(t)
  const { stderr } = await run(['index', 'sync', '-', ...INTO], 'not json\n')
  const path = /rejected records: (.*)/.exec(stderr)?.[1] ?? ''
  t.match(JSON.parse(readFileSync(path, 'utf8')), { line: 1, code: 'not_json', record: 'not json' })
})

t.test('a dry run counts what would be done, and leaves nothing', async (t) => {
  const { run } = home(t, { 'changes.jsonl': adds(3) })
  const command = ['index', 'process-jsonl', 'changes.jsonl', ...INTO, '--json']
  const dry = await run([...command, '--dry-run'])
  t.equal(dry.code, 0, dry.stderr)
  t.match(counts(dry.stdout), { dry_run: true, written: 3 })
  t.match(counts((await run(command)).stdout), { dry_run: false, continued_from_line: 0, written: 3 })
})

t.test('an interrupted run is continued by the same command', async (t) => {
  const { run, start } = home(t)
  const command = ['index', 'sync', '--stdin', ...INTO, '--json', '--batch-size', '1']
  const { child, ended, says } = start([...command, '-v'])
  child.stdin!.write(`not json\n${adds(2)}`)
  await says('line 1: not_json')
  child.kill('SIGTERM')
  const interrupted = await ended
  t.equal(interrupted.code, 143)
  t.match(counts(interrupted.stdout), { status: 'interrupted' })
  const { code, stdout, stderr } = await run(command, `not json\n${adds(4)}`)
  t.equal(code, 3)
  t.match(stderr, /continues the interrupted run/)
  t.match(counts(stdout), { status: 'done', lines: 5, written: 4, rejected: { not_json: 1 } })
  t.ok((JSON.parse(stdout) as Report).continued_from_line > 0)
})

t.test('a line that a stop cut is named: exit 1 for a pipe, a notice where it comes again', async (t) => {
  const { start, directory } = home(t)
  const text = `not json\n${adds(2)}{"repo":"r","op":"add"`
  const command = ['index', 'sync', ...INTO, '--batch-size', '1', '-v']
  const piped = start([...command, '--stdin'])
  piped.child.stdin!.write(text)
  await piped.says('line 1: not_json')
  piped.child.kill('SIGTERM')
  t.match(await piped.ended, {
    code: 1,
    stderr: /error: line 4 of stdin was cut by the stop, and is not written\nhint: .*have its producer send/,
  })
  writeFileSync(`${directory}/text`, text)
  const produced = start([...command, '--from-command', '--', 'sh', '-c', 'cat text; exec sleep 30'])
  await produced.says('line 1: not_json')
  produced.child.kill('SIGTERM')
  t.match(await produced.ended, {
    code: 143,
    stderr: /line 4 of sh -c … was cut by the stop, and is not written; the same command gets it again/,
  })
})

t.test('-q says nothing but errors', async (t) => {
  const { run } = home(t)
  t.same(await run(['index', 'sync', '-', ...INTO, '-q'], adds(1)), { code: 0, stdout: '', stderr: '' })
})

t.test('the environment and a project file give options, and the flag is stronger', async (t) => {
  const { run } = home(t, { 'elysiactl.yaml': 'collection: from-file\n', 'changes.jsonl': adds(1) })
  const command = ['index', 'process-jsonl', 'changes.jsonl', '--json']
  t.match(JSON.parse((await run(command)).stdout), { class: 'FromFile' })
  t.match(JSON.parse((await run([...command, ...INTO])).stdout), { class: 'SourceCode' })
})
