/** Everything that the command needs for `col catalog rehearse`, loaded together on first use. */
export { runRehearsal } from './rehearse.ts'
