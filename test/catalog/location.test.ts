import t from 'tap'
import { locationMatcher } from '../../lib/catalog/location.ts'
import { processorMs } from '../processor.ts'

t.test('a glob means for a location what it means to a shell', async (t) => {
  const cases: [glob: string, matching: string[], others: string[]][] = [
    ['/mnt/*', ['/mnt/a', '/mnt/.a'], ['/mnt', '/mnt/a/b', '/other/mnt/a']],
    ['/mnt/**', ['/mnt', '/mnt/a', '/mnt/a/b'], ['/mntx']],
    ['/**/Article/*', ['/Article/1', '/a/b/Article/1'], ['/Article', '/Article/1/2']],
    ['Article/2026*', ['/b/Article/20261128', '/Article/2026'], ['/b/Article/2025', '/b/xArticle/2026']],
    ['/{mnt/a,srv}/[xy]?', ['/mnt/a/x1', '/srv/yé'], ['/mnt/x1', '/srv/z1', '/srv/x']],
    ['a**b', ['/ab', '/x/aXb'], ['/a/b']],
    ['*', ['/a', '/b/a'], []],
    ['\\*', ['/*'], ['/a']],
  ]
  for (const [glob, matching, others] of cases) {
    const matches = locationMatcher(glob)
    for (const location of matching) t.ok(matches(location), `${glob} ${location}`)
    for (const location of others) t.notOk(matches(location), `not ${glob} ${location}`)
  }
})

t.test('a glob of any number of stars takes no time, whatever the location', async (t) => {
  const name = 'a'.repeat(241)
  const globs = ['/*a*a*a*b', `/${'*a'.repeat(100)}b`, `/${'**/*a*b/'.repeat(20)}x`, '**/'.repeat(1000)]
  const ms = processorMs(() => {
    for (const glob of globs) {
      t.notOk(locationMatcher(glob)(`/${name}`))
      t.notOk(locationMatcher(glob)(`/${name}`.repeat(16)))
    }
  })
  t.ok(ms < 2000, `${ms} ms`)
})

t.test('what is no glob is refused', async (t) => {
  for (const glob of ['', 'x'.repeat(4097), '{a,b}'.repeat(7), '@(a|b)', `/${'x'.repeat(256)}`])
    t.throws(() => locationMatcher(glob), { code: 'ELYSIA_USAGE' }, glob.slice(0, 20))
})
