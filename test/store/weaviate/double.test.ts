import t from 'tap'
import { openWeaviate } from '../../../lib/store/weaviate/store.ts'
import { storeContract } from '../../contract/store.ts'
import { weaviateDouble } from '../../double/double.ts'

await storeContract(
  t,
  async (t) => {
    const { http, grpc, stop } = await weaviateDouble()
    t.teardown(stop)
    const store = await openWeaviate({ nodes: [{ http, grpc, grpcSecure: false }], target: http })
    return { store, prefix: 'T' }
  },
  { label: 'Weaviate, by its double,', amounts: { sequences: 15 } },
)
