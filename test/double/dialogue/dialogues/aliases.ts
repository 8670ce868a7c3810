import { type Dialogue, id, object, post, put, rest, search } from '../dialogue.ts'

const alias = (name: string, target: string) => rest('POST /v1/aliases', { alias: name, class: target })

/** Aliases: names taken, what is found under them, and what is left of them. */
export const ALIASES: Dialogue = {
  title: 'aliases',
  steps: [
    post('TwinReal'),
    post('TwinOther'),
    put(object('TwinReal', 1, { t: 'x' })),
    alias('TwinAlias', 'TwinReal'),
    alias('TwinAlias', 'TwinOther'),
    alias('TWINALIAS', 'TwinReal'),
    alias('TwinOther', 'TwinReal'),
    alias('twinLow', 'TwinReal'),
    alias('Twin-bad', 'TwinReal'),
    alias('TwinNone', 'TwinNope'),
    alias('', 'TwinReal'),
    rest('GET /v1/aliases'),
    rest('GET /v1/aliases?class=TwinOther'),
    rest('GET /v1/aliases/TwinAlias'),
    rest('GET /v1/aliases/TwinNope'),
    post('TwinAlias'),
    post('TwinALIAS'),
    rest('GET /v1/schema/TwinAlias'),
    rest(`GET /v1/objects/TwinAlias/${id(1)}`),
    rest('GET /v1/objects?class=TwinAlias&limit=1'),
    search('TwinAlias'),
    rest('DELETE /v1/schema/TwinAlias'),
    rest('DELETE /v1/schema/TwinReal'),
    rest('GET /v1/aliases'),
    rest('GET /v1/schema/TwinAlias'),
    search('TwinAlias'),
    post('TwinReal'),
    rest('GET /v1/objects?class=TwinAlias&limit=1'),
    rest('DELETE /v1/aliases/TwinAlias'),
    rest('DELETE /v1/aliases/TwinAlias'),
    rest('DELETE /v1/aliases/TwinLow'),
    rest('GET /v1/aliases'),
  ],
}

const move = (name: string, target?: string) =>
  rest(`PUT /v1/aliases/${name}`, target === undefined ? {} : { class: target })

/** An alias that passes from one class to another. */
export const MOVED_ALIASES: Dialogue = {
  title: 'aliases that move',
  steps: [
    post('TwinReal'),
    post('TwinOther'),
    put(object('TwinOther', 1, { t: 'x' })),
    alias('TwinAlias', 'TwinReal'),
    move('TwinAlias', 'TwinOther'),
    move('TwinAlias', 'TwinOther'),
    move('twinAlias', 'twinOther'),
    move('TWINALIAS', 'TwinReal'),
    move('TwinNone', 'TwinReal'),
    move('TwinReal', 'TwinOther'),
    move('TwinAlias', 'TwinNope'),
    move('TwinAlias'),
    rest('GET /v1/aliases'),
    rest(`GET /v1/objects/TwinAlias/${id(1)}`),
    rest('DELETE /v1/schema/TwinOther'),
    move('TwinAlias', 'TwinReal'),
    rest('GET /v1/aliases'),
    rest('DELETE /v1/aliases/TwinAlias'),
  ],
}
