import { exactJson } from '../../../core/exactJson.ts'
import type { StoredObject } from '../../../core/object.ts'
import { isRecord } from '../../../core/value/record.ts'
import type { CallOptions, WriteOutcome } from '../../store.ts'
import { refusedOutcome, wholeFailure } from '../cluster/failure.ts'
import { boundedText, isMissing, isRefused, isTenantInactive } from '../cluster/serverText.ts'
import type { Context } from '../context.ts'
import { isRows } from '../grpc/vectors.ts'
import { listIn, wrongAnswer } from './answer.ts'
import { expectAnswer } from './expect.ts'

/**
 * Upserts objects by REST: for those with an int of 2^63, which gRPC cannot carry; a server itself rounds the largest
 * ints to it, and accepts it only as a JSON literal. One outcome per object, in order.
 */
export async function restWrite(
  context: Context,
  objects: readonly StoredObject[],
  tenant: string,
  call: CallOptions,
): Promise<WriteOutcome[]> {
  const { name, target } = context
  const texts = objects.map((object) => objectText(object, name, tenant))
  const request = { method: 'POST', path: '/batch/objects', text: `{"objects":[${texts.join()}]}` } as const
  const results = listIn(await expectAnswer(context, request, `writing objects of ${name}`, call), target)
  if (results.length !== objects.length) {
    throw wrongAnswer(target, `answers ${results.length} results to ${objects.length} objects of ${name}`)
  }
  return results.map(({ result }) => {
    const reason = reasonIn(result)
    if (reason === undefined) return { ok: true }
    if (isMissing(reason) || isRefused(reason) || isTenantInactive(reason)) throw wholeFailure(reason, target)
    return refusedOutcome(reason)
  })
}

function objectText({ id, properties, vector, vectors }: StoredObject, name: string, tenant: string): string {
  const named = Object.entries(vectors ?? {}).map(([of, one]) => `${JSON.stringify(of)}:${vectorText(one)}`)
  return [
    `{"class":${JSON.stringify(name)},"id":"${id}"`,
    ...(tenant === '' ? [] : [`"tenant":${JSON.stringify(tenant)}`]),
    `"properties":${exactJson(properties)}`,
    ...(vector === undefined ? [] : [`"vector":${vectorText(vector)}`]),
    ...(named.length === 0 ? [] : [`"vectors":{${named.join()}}`]),
  ]
    .join()
    .concat('}')
}

function vectorText(vector: Float32Array | readonly Float32Array[]): string {
  return isRows(vector) ? `[${vector.map(vectorText).join()}]` : `[${Array.from(vector).join()}]`
}

function reasonIn(result: unknown): string | undefined {
  const { status, errors } = isRecord(result) ? result : {}
  if (status === 'SUCCESS') return undefined
  const list = isRecord(errors) && Array.isArray(errors.error) ? errors.error : []
  const reason = list.map((one) => (isRecord(one) ? String(one.message) : '')).join('; ')
  return reason === '' ? 'the server did not say that it was stored' : boundedText(reason)
}
