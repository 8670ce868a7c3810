// A plan that deletes objects is not applied without a word: who applies it may not be who has read it.
import t from 'tap'
import { adds, home } from '../elysiactl.ts'

t.test('without a terminal, a plan with deletions needs --yes, and says how many there are', async (t) => {
  const at = home(t, { 'two.jsonl': adds(20), 'more.jsonl': adds(22) })
  const ingest = (file: string) => at.run(['index', 'process-jsonl', file, '--collection', 'Article'])
  await ingest('two.jsonl')
  await at.run(['col', 'backup', 'Article', '--to', 'archive'])
  await ingest('more.jsonl')
  const plan = ['--on-conflict', 'replace', '--max-delete', '5', '--plan', 'article.plan']
  t.match(await at.run(['col', 'restore', './archive', ...plan]), { code: 0, stderr: /delete +2/ })
  const apply = ['col', 'apply', 'article.plan']
  t.match(await at.run(apply), {
    code: 2,
    stderr: /article\.plan deletes 2 objects.*no terminal[\s\S]*--yes/,
  })
  const objects = async () =>
    JSON.parse((await at.run(['col', 'ls', '--json'])).stdout).collections[0].objects as number
  t.equal(await objects(), 22, 'nothing was deleted')
  t.match(await at.run([...apply, '--yes']), { code: 0 })
  t.equal(await objects(), 20)
})

t.test('a plan that deletes nothing is applied without a question', async (t) => {
  const at = home(t, { 'two.jsonl': adds(2) })
  await at.run(['index', 'process-jsonl', 'two.jsonl', '--collection', 'Article'])
  await at.run(['col', 'backup', 'Article', '--to', 'archive'])
  const plan = ['--on-conflict', 'replace', '--plan', 'article.plan']
  t.match(await at.run(['col', 'restore', './archive', ...plan]), { code: 0 })
  t.match(await at.run(['col', 'apply', 'article.plan']), { code: 0 })
})
