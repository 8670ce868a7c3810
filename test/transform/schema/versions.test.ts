import t from 'tap'
import { lossesIn, patchSchema } from '../../../lib/transform/schema/patch.ts'
import { recorded } from './versions.ts'

const { servers, migrations } = recorded()

t.test('classes of 1.27, 1.34 and today were made on each other, with nothing left out unsaid', async (t) => {
  t.strictSame(
    servers.map(({ target }) => target.version?.split('.').slice(0, 2).join('.')),
    ['1.40', '1.34', '1.27'],
  )
  const directions = new Set(migrations.map(({ from, to }) => `${from} ${to}`))
  t.equal(directions.size, 6)
  for (const { from, to, class: name, refused, differences } of migrations) {
    t.strictSame(
      { refused, differences },
      { refused: undefined, differences: [] },
      `${name}: ${from} to ${to}`,
    )
  }
})

t.test('the changes that a class needs are those with which its server took it', async (t) => {
  for (const { from, to, class: name, patches } of migrations) {
    const source = servers.find(({ target }) => target.version === from)!
    const { target } = servers.find((one) => one.target.version === to)!
    const schema = source.classes.find((one) => one.class === name)!
    const now = patchSchema(schema, target).patches.map(({ rule, path }) => `${rule}: ${path}`)
    t.strictSame(now, patches, `${name}: ${from} to ${to}`)
  }
})

t.test(
  'for any version from 1.27 on a class is changed once, and one that is newer loses nothing',
  async (t) => {
    const lost = new Set(['blob-hash', 'replication-async', 'vectorizer-unknown', 'module-unknown'])
    for (const { target: source, classes } of servers) {
      const from = Number(source.version?.split('.')[1])
      for (let minor = 27; minor <= 40; minor++) {
        const target = { ...source, version: `1.${minor}.0` }
        for (const schema of classes) {
          const { schema: changed, patches } = patchSchema(schema, target)
          t.strictSame(patchSchema(changed, target).patches, [], `${schema.class} to 1.${minor}`)
          if (minor < from) continue
          t.strictSame(
            lossesIn(patches).filter(({ rule }) => !lost.has(rule)),
            [],
            `${schema.class} of ${source.version} to 1.${minor}`,
          )
        }
      }
    }
  },
)

t.test('a class needs no change where it came from, beyond what says how it lay there', async (t) => {
  const asItLay = new Set(['sharding-as-it-was', 'sharding-with-tenants', 'blob-hash', 'property-internal'])
  for (const { target, classes } of servers) {
    for (const schema of classes) {
      const { patches } = patchSchema(schema, target)
      const others = patches.filter(({ rule }) => !asItLay.has(rule))
      t.strictSame(others, [], `${schema.class} of ${target.version}`)
    }
  }
})
