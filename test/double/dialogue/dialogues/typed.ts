import { post, rest } from '../dialogue.ts'

const SCALARS = ['text', 'int', 'number', 'boolean', 'date', 'uuid', 'blob', 'geoCoordinates', 'phoneNumber']
const ARRAYS = ['text', 'int', 'number', 'boolean', 'date', 'uuid']
/** A class with a property of every type. */
export const TYPED = post('TwinTypes', {
  properties: [
    ...SCALARS.map((type) => ({ name: `p_${type}`, dataType: [type] })),
    ...ARRAYS.map((type) => ({ name: `p_${type}s`, dataType: [`${type}[]`] })),
    {
      name: 'o',
      dataType: ['object'],
      nestedProperties: [
        { name: 'x', dataType: ['int'] },
        { name: 'l', dataType: ['text[]'] },
        { name: 'd', dataType: ['date'] },
        { name: 'b', dataType: ['blob'] },
      ],
    },
    { name: 'os', dataType: ['object[]'], nestedProperties: [{ name: 'x', dataType: ['int'] }] },
  ],
})
/** A property that refers to objects of the same class. */
export const REFERENCE = rest('POST /v1/schema/TwinTypes/properties', {
  name: 'ref',
  dataType: ['TwinTypes'],
})
