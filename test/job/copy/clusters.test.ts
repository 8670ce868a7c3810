// Two clusters: doubles always, and real servers of the lab where there are any (`npm run lab -- BINARY BINARY -- tap …`).
import t, { type Test } from 'tap'
import { openStore } from '../../../lib/store/open.ts'
import { parseTarget } from '../../../lib/store/target.ts'
import type { LabCluster } from '../../../scripts/lab.ts'
import { twoClustersContract } from '../../contract/twoClusters.ts'
import { TARGETS } from '../targets.ts'

twoClustersContract(t, 'two doubles', async (t) => ({
  source: await TARGETS['a Weaviate server'](t),
  target: await TARGETS['a Weaviate server'](t),
}))

const lab = JSON.parse(process.env.ELYSIACTL_LAB ?? '[]') as readonly LabCluster[]
const [first, second = first] = lab.filter(({ kind }) => kind === 'server')

async function opened(t: Test, { target }: LabCluster) {
  const store = await openStore(parseTarget(target))
  t.teardown(() => store.close())
  return store
}

if (first !== undefined && second !== undefined && first !== second) {
  for (const [from, to] of [
    [first, second],
    [second, first],
  ] as const)
    twoClustersContract(t, `${from.name} to ${to.name}`, async (t) => ({
      source: await opened(t, from),
      target: await opened(t, to),
    }))
}
