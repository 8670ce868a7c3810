import { App } from './app.ts'
import { html, render } from './preact.ts'
import { readSource } from './source.ts'

render(html`<${App} source=${readSource()} />`, document.getElementById('page')!)
performance.mark('drawn')
