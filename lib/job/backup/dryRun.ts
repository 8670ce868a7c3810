import type { Plan } from '../../archive/manifest.ts'
import { counted } from '../../core/units.ts'
import { resolveGiven } from '../../options/options.ts'
import { TOOL } from '../../run/tool.ts'
import type { Store } from '../../store/store.ts'
import { chosenEncoding } from './encoding.ts'
import { type BackupGiven, backupOptions } from './options.ts'
import { collectionInfoOf, planOf } from './plan.ts'

/** What a backup would read and how, without writing anything, nor activating tenants that are not active. */
export async function planBackup(
  store: Store,
  name: string,
  given: BackupGiven,
  note: (message: string) => void = () => {},
): Promise<Plan> {
  const options = resolveGiven(backupOptions, given)
  const subject = await collectionInfoOf(store, name, options, (_code, message) => note(message))
  const active = { ...subject, tenants: subject.tenants?.filter(({ state }) => state === 'active') }
  const asleep = (subject.tenants?.length ?? 0) - (active.tenants?.length ?? 0)
  if (asleep > 0) note(`not active, to be activated, and not counted here: ${counted(asleep, 'tenant')}`)
  const encoding = await chosenEncoding(store, active, options, (_code, message) => note(message))
  return planOf(store, active, encoding, options, TOOL)
}
