import t from 'tap'
import { openMemory } from '../../lib/store/memory.ts'
import { storeContract } from '../contract/store.ts'

await storeContract(t, async () => ({ store: openMemory(), prefix: 'M' }), { label: 'memory' })
