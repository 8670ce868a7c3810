import type { Retrying } from '../../async/retry.ts'
import { WokenTenants } from '../../run/activeTenants.ts'
import type { Tenant } from '../../store/store.ts'
import type { Comparison } from './context.ts'
import type { DiffSide } from './side/side.ts'

/** Inactive tenants on either side: woken while they are read, then put back. */
export class InactiveTenants {
  readonly #sides: readonly WokenTenants[]

  constructor({ left, right, request: asked, run }: Comparison, retry: Retrying) {
    const live = [left, right].flatMap((side) =>
      side.live === undefined ? [] : [[side, side.live] as const],
    )
    this.#sides = live.map(([side, { store, class: name }]) => {
      const tenants = statesOf(side).filter((tenant) => asked.includesTenant(tenant.name))
      return new WokenTenants(store, name, tenants, { emit: run.emit, retry })
    })
  }

  isAsleep(tenant: string | undefined): boolean {
    return this.#sides.some((side) => side.isAsleep(tenant))
  }

  announce(): void {
    for (const side of this.#sides) side.announce()
  }

  async wake(tenant: string): Promise<void> {
    for (const side of this.#sides) await side.wake(tenant)
  }

  async putBack(tenant: string): Promise<void> {
    for (const side of this.#sides) await side.putBack(tenant)
  }

  async close(): Promise<void> {
    for (const side of this.#sides) await side.close()
  }
}

function statesOf({ tenants = [] }: DiffSide): Tenant[] {
  return tenants.flatMap(({ name, state }) => (state === undefined ? [] : [{ name, state }]))
}
