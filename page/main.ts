import { App } from './app.ts'
import { html, render } from './preact.ts'
import { readSource } from './source.ts'

void readSource().then((source) => {
  render(html`<${App} source=${source} />`, document.getElementById('page')!)
  performance.mark('drawn')
})
