import { Writable } from 'node:stream'
import type { Test } from 'tap'
import type { StoredObject } from '../../../lib/core/object.ts'
import { runDiff } from '../../../lib/job/diff/diff.ts'
import type { Finding } from '../../../lib/job/diff/finding.ts'
import type { DiffOptionsInput } from '../../../lib/job/diff/options.ts'
import type { Clock } from '../../../lib/job/diff/recheck.ts'
import type { DiffSide } from '../../../lib/job/diff/side/side.ts'
import type { RunContext } from '../../../lib/run/context.ts'
import type { Store } from '../../../lib/store/store.ts'
import { THING } from '../backup/archived.ts'

/** Time that passes as soon as it is waited for. */
export function fastClock(onWait: (ms: number) => void | Promise<void> = () => {}): Clock {
  let ms = 0
  return {
    now: () => ms,
    wait: async (some) => {
      ms += some
      await onWait(some)
    },
  }
}

/** What a comparison finds, as lines, and its report; both sides are closed. */
export async function compared(
  left: DiffSide,
  right: DiffSide,
  options: DiffOptionsInput = {},
  context: RunContext & { readonly clock?: Clock } = {},
) {
  const findings: Finding[] = []
  const output = new Writable({
    objectMode: true,
    write(page: readonly Finding[], _, done) {
      findings.push(...page)
      done()
    },
  })
  // The report says what it was.
  output.on('error', () => {})
  const ended = await runDiff(left, right, options, { clock: fastClock(), ...context, output })
  await left.close()
  await right.close()
  if (!output.closed) await new Promise((resolve) => output.once('close', resolve))
  return { ...ended, findings, lines: findings.map(lineOf) }
}

/** A finding in a line: `* 0001 title`. */
export function lineOf(finding: Finding): string {
  const { sign } = finding
  switch (finding.of) {
    case 'object': {
      const { tenant, id, difference } = finding
      const names = difference && [
        ...difference.properties,
        ...difference.references,
        ...difference.vectors.map(({ name }) => `vector ${name}`.trim()),
      ]
      return [sign, tenant === undefined ? id : `${tenant}/${id}`, ...(names ?? [])].join(' ')
    }
    case 'schema':
      return `${sign} schema ${finding.path}`
    case 'tenant':
      return `${sign} tenant ${finding.tenant} ${finding.left ?? ''}|${finding.right ?? ''}`
    case 'alias':
      return `${sign} alias ${finding.alias}`
    case 'vectors':
      return `${sign} vectors`
    case 'unreadable':
      return `${sign} ${finding.side} ${finding.where} ${finding.code}`
  }
}

export async function filled(
  open: (t: Test) => Promise<Store>,
  t: Test,
  objects: readonly StoredObject[],
  schema = THING,
): Promise<Store> {
  const store = await open(t)
  await store.create(schema)
  for (let at = 0; at < objects.length; at += 500)
    await store.collection(schema.class).write(objects.slice(at, at + 500))
  return store
}
