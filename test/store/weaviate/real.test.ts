import t from 'tap'
import { openWeaviate } from '../../../lib/store/weaviate/store.ts'
import { storeContract } from '../../contract/store.ts'

const VARIABLE = 'ELYSIACTL_TEST_WEAVIATE'
const [http, port = '50051'] = (process.env[VARIABLE] ?? '').split(',')

if (!http) {
  t.pass('a real server keeps the store contract', { skip: `set ${VARIABLE}=http://HOST:PORT[,grpcport]` })
} else {
  const grpc = `${new URL(http).hostname}:${port}`
  await storeContract(
    t,
    async () => {
      const nodes = [{ http, grpc, grpcSecure: http.startsWith('https:') }]
      const store = await openWeaviate({ nodes, target: http })
      return { store, prefix: `T${Math.random().toString(36).slice(2, 8)}` }
    },
    { label: `Weaviate at ${http}`, amounts: { sequences: 30 } },
  )
}
