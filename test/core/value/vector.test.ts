import t from 'tap'
import { isFiniteVector } from '../../../lib/core/value/vector.ts'

t.test('one NaN or infinity makes a vector, or one of several, not finite', async (t) => {
  t.ok(isFiniteVector(new Float32Array([3.4e38, 3.4e38, -1])))
  t.ok(isFiniteVector([]))
  t.ok(isFiniteVector([new Float32Array([1]), new Float32Array([2])]))
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e39]) {
    t.notOk(isFiniteVector(new Float32Array([1, bad, 2])), String(bad))
    t.notOk(isFiniteVector([new Float32Array([1]), new Float32Array([bad])]), String(bad))
  }
  t.notOk(isFiniteVector(new Float32Array([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])))
})
