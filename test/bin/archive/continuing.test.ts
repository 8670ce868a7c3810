import t from 'tap'
import { commandLine } from '../../../bin/cli/signal/commandLine.ts'
import { continueText } from '../../../bin/cli/signal/continueText.ts'

t.test('a command line can be pasted into a shell', async (t) => {
  t.equal(commandLine(['col', 'backup', 'X', '--to', '/b/x']), 'elysiactl col backup X --to /b/x')
  t.equal(
    commandLine(['a b', "it's", '', '$HOME', '*.jsonl']),
    "elysiactl 'a b' 'it'\\''s' '' '$HOME' '*.jsonl'",
  )
  t.notMatch(commandLine(['--target', 'http://me:secret@host:8080']), 'secret')
})

t.test('what kept its work is continued, with the flags that this takes', async (t) => {
  const typed = ['col', 'backup', 'X', '--to', 'y']
  t.equal(continueText(typed), 'begin again with: elysiactl col backup X --to y')
  const continuing = { keeps: true, add: ['--resume'] }
  t.equal(continueText(typed, continuing), 'continue with: elysiactl col backup X --to y --resume')
  t.equal(
    continueText([...typed, '--resume'], continuing),
    'continue with: elysiactl col backup X --to y --resume',
  )
  t.equal(
    continueText(['index', 'sync', '--fresh', '--from-command', '--', 'make', '--fresh'], {
      keeps: true,
      add: ['--x'],
      drop: ['--fresh'],
    }),
    'continue with: elysiactl index sync --from-command --x -- make --fresh',
    'the words of a wrapped command are its own',
  )
  t.equal(
    continueText(['index', 'sync', '--stdin'], { keeps: true, input: 'records' }),
    'continue with the same records into: elysiactl index sync --stdin',
  )
})
