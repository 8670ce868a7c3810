/** All that the command needs for `col catalog rehearse`, loaded together when it is called. */
export { runRehearsal } from './rehearse.ts'
