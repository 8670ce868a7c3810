import type { Test } from 'tap'
import { fails, type Open, schemaOf, storeTest, type World } from './world.ts'

/** Second names of collections. */
export async function aliasTests(t: Test, open: Open): Promise<void> {
  const test = (title: string, body: (t: Test, world: World) => Promise<void>) =>
    storeTest(t, open, title, body, 'aliases')
  const own = async ({ store, name }: World) =>
    (await store.aliases()).filter(({ alias }) => alias.startsWith(name('')))

  await test('aliases are made, listed in order and dropped', async (t, world) => {
    const { store, make, name } = world
    const [first, second] = [await make('First'), await make('Second')]
    await store.createAlias({ alias: name('Zeta'), collection: first.name })
    await store.createAlias({ alias: name('Alpha'), collection: second.name })
    t.same(await own(world), [
      { alias: name('Alpha'), collection: second.name },
      { alias: name('Zeta'), collection: first.name },
    ])
    t.equal(await store.dropAlias(name('Zeta')), true)
    t.equal(await store.dropAlias(name('Zeta')), false)
    t.same(await own(world), [{ alias: name('Alpha'), collection: second.name }])
    t.not(await store.schema(first.name), undefined, 'its collection stays')
    t.equal(await store.schema(name('Alpha')), undefined, 'a collection is found under its own name')
    t.notOk((await store.list()).some((one) => one.name === name('Alpha')))
  })

  await test('a name is taken once, by an alias or a collection', async (t, world) => {
    const { store, make, name } = world
    const { name: collection } = await make('Taken')
    const alias = name('Alias')
    await store.createAlias({ alias, collection })
    await fails(t, () => store.createAlias({ alias, collection }), 'ELYSIA_CONFLICT', 'an alias twice')
    const upper = name('ALIAS')
    await fails(
      t,
      () => store.createAlias({ alias: upper, collection }),
      'ELYSIA_CONFLICT',
      'in another case',
    )
    await fails(
      t,
      () => store.createAlias({ alias: collection, collection }),
      'ELYSIA_CONFLICT',
      'a collection',
    )
    await fails(t, () => store.create(schemaOf(alias)), 'ELYSIA_CONFLICT', 'a new collection')
    t.equal((await own(world)).length, 1)
  })

  await test('an alias of nothing, and one of no legal name, are refused', async (t, world) => {
    const { store, make, name } = world
    const { name: collection } = await make('There')
    const missing = { alias: name('Alias'), collection: name('Missing') }
    await fails(t, () => store.createAlias(missing), 'ELYSIA_NOT_FOUND', 'a missing collection')
    const illegal = { alias: `${name('Not')}-legal`, collection }
    await fails(t, () => store.createAlias(illegal), undefined, 'a hyphen')
    const small = { alias: `a${name('Small')}`, collection }
    await fails(t, () => store.createAlias(small), 'ELYSIA_USAGE', 'a small letter')
    t.same(await own(world), [])
  })

  await test('an alias moves to another collection in one step', async (t, world) => {
    const { store, make, name } = world
    const [old, next] = [await make('Old'), await make('Next')]
    const alias = name('Moving')
    t.equal(await store.moveAlias({ alias, collection: next.name }), false, 'there is none yet')
    t.same(await own(world), [])
    await store.createAlias({ alias, collection: old.name })
    t.equal(await store.moveAlias({ alias, collection: next.name }), true)
    t.same(await own(world), [{ alias, collection: next.name }])
    t.equal(await store.moveAlias({ alias, collection: next.name }), true, 'again: as before')
    t.equal(
      await store.moveAlias({ alias: alias.toUpperCase(), collection: old.name }),
      false,
      'another case',
    )
    t.equal(await store.moveAlias({ alias: next.name, collection: old.name }), false, 'a collection')
    const missing = { alias, collection: name('Missing') }
    await fails(t, () => store.moveAlias(missing), 'ELYSIA_NOT_FOUND', 'a missing collection')
    t.same(await own(world), [{ alias, collection: next.name }])
    await store.drop(next.name)
    t.equal(await store.moveAlias({ alias, collection: old.name }), true, 'one of a collection that is gone')
    t.same(await own(world), [{ alias, collection: old.name }])
  })

  await test('an alias outlives its collection, and means the next one of that name', async (t, world) => {
    const { store, make, name } = world
    const { name: collection } = await make('Passing')
    const alias = { alias: name('Lasting'), collection }
    await store.createAlias(alias)
    await store.drop(collection)
    t.same(await own(world), [alias])
    await make('Passing')
    t.same(await own(world), [alias])
  })
}
