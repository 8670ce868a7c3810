import t from 'tap'
import { collectionOf } from '../../../bin/observers/history.ts'

function named(operand: string): string {
  const command = { operands: [{ name: 'SRC', kind: 'collection' }] }
  return collectionOf({ command, flags: { values: {} }, operands: [operand] } as never)
}

t.test(
  'a command that fails before it began is of the collection that it names; an address names none',
  async (t) => {
    t.equal(named('source-code'), 'SourceCode')
    t.equal(named('live/Article'), 'Article')
    for (const operand of ['sqlite:a.db/Article', 'http://h:1/Article', './archives/x', 'a/b/c', '-'])
      t.equal(named(operand), '', operand)
  },
)
