/** Writes to a collection for as long as it lives, as many objects as it removes: TARGET CLASS. */
import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { openStore } from '../../../lib/store/open.ts'
import { parseTarget } from '../../../lib/store/target.ts'

const [target, name] = process.argv.slice(2) as [string, string]
const store = await openStore(parseTarget(target))
const collection = store.collection(name)
const own: string[] = []
for (let turn = 0; ; turn++) {
  const ids = Array.from({ length: 5 }, () => randomUUID())
  const objects = ids.map((id, n) => ({
    id,
    properties: { title: `turn ${turn}`, count: turn, kind: 'new' },
    vector: Float32Array.of(turn, n, 1),
  }))
  await collection.write(objects)
  own.push(...ids)
  if (own.length > 20) await collection.remove(own.splice(0, 5))
  if (turn === 5) process.stdout.write('writing\n')
  await wait(2)
}
