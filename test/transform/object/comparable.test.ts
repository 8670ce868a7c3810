import t from 'tap'
import { normalizerFor } from '../../../lib/transform/object/comparable.ts'

t.test('two dates are alike where a server writes them alike, and no others', async (t) => {
  const alike = normalizerFor('weaviate', {
    class: 'C',
    properties: [{ name: 'd', dataType: ['date'] }],
  } as never)
  const as = (d: string) =>
    alike({ id: '00000000-0000-4000-8000-000000000001', properties: { d } }).properties.d
  t.equal(as('2024-05-06T07:08:09.500+00:00'), '2024-05-06T07:08:09.5Z')
  t.equal(as('2024-05-06T07:08:09+02:00'), '2024-05-06T07:08:09+02:00')
  t.not(as('2024-05-06T07:08:09+02:00'), as('2024-05-06T07:08:09Z'))
})
