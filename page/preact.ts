// The packages that draw the page: only this module imports them.

export { html } from 'htm/preact'
export type { ComponentChildren, VNode } from 'preact'
export { render } from 'preact'
export { useEffect, useMemo, useRef, useState } from 'preact/hooks'
