// What the page is drawn with: nothing else imports the packages.

export { html } from 'htm/preact'
export type { ComponentChildren, VNode } from 'preact'
export { render } from 'preact'
export { useEffect, useMemo, useRef, useState } from 'preact/hooks'
