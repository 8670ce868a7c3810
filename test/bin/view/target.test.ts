import t from 'tap'
import { shortTarget, sidesText } from '../../../bin/view/target.ts'

const NODES = 'http://a:1?grpc=a:2,http://b:1?grpc=b:2,http://c:1?grpc=c:2'

t.test('of a target with several nodes a line names the first', async (t) => {
  t.equal(shortTarget(`Article in ${NODES}, from x`), 'Article in http://a:1 (and 2 more nodes), from x')
  for (const target of ['http://a:1?grpc=a:2', 'sqlite:/x/y.db', 'memory:'])
    t.equal(shortTarget(target), target)
})

t.test('two sides of one target name it once', async (t) => {
  t.equal(sidesText('A in sqlite:/x', 'B in sqlite:/x'), 'A | B in sqlite:/x')
  t.equal(sidesText(`A in ${NODES}`, `B in ${NODES}`), 'A | B in http://a:1 (and 2 more nodes)')
  t.equal(sidesText('A in sqlite:/x', 'B in sqlite:/y'), 'A in sqlite:/x | B in sqlite:/y')
  t.equal(sidesText('/backups/a', '/backups/a'), '/backups/a | /backups/a')
})
