import type { Group } from '../cli/command.ts'

/**
 * All commands, in the order of help; each is loaded when it is called, and its module exports `command`. Everything
 * else that knows commands or options gets them from here: dispatch, help, completion, the man page, `config show`, the
 * checks of configuration files and the tables of SPEC.md.
 */
export const COMMANDS: Group = {
  summary: 'move repository changes and whole collections in and out of Weaviate, and prove what happened',
  members: {
    index: {
      summary: 'bring a collection up to date with change records',
      members: {
        'process-jsonl': () => import('./index/process-jsonl.ts'),
        sync: () => import('./index/sync.ts'),
        watch: () => import('./index/watch.ts'),
        validate: () => import('./index/validate.ts'),
        status: () => import('./index/status.ts'),
      },
    },
    col: {
      summary: 'inspect, back up, restore, copy, migrate and remove collections',
      members: {
        ls: () => import('./col/ls.ts'),
        show: () => import('./col/show.ts'),
        cat: () => import('./col/cat.ts'),
        backup: () => import('./col/backup.ts'),
        restore: () => import('./col/restore.ts'),
        copy: () => import('./col/copying/copy.ts'),
        migrate: () => import('./col/migrating/migrate.ts'),
        apply: () => import('./col/apply.ts'),
        rollback: () => import('./col/rollback.ts'),
        alias: () => import('./col/alias.ts'),
        delete: () => import('./col/delete.ts'),
        rm: () => import('./col/rm.ts'),
        catalog: {
          summary: 'list, verify, rehearse and clean up archives',
          members: {
            list: () => import('./col/catalog/list.ts'),
            show: () => import('./col/catalog/show.ts'),
            verify: () => import('./col/catalog/verify.ts'),
            rehearse: () => import('./col/catalog/rehearse.ts'),
            cleanup: () => import('./col/catalog/cleanup.ts'),
            compact: () => import('./col/catalog/compact.ts'),
            rebuild: () => import('./col/catalog/rebuild.ts'),
            pin: () => import('./col/catalog/pin.ts'),
            unpin: () => import('./col/catalog/unpin.ts'),
            tag: () => import('./col/catalog/tag.ts'),
            untag: () => import('./col/catalog/untag.ts'),
            note: () => import('./col/catalog/note.ts'),
            undos: () => import('./col/catalog/undos.ts'),
            unlock: () => import('./col/catalog/unlock.ts'),
          },
        },
      },
    },
    cluster: {
      summary: 'check the cluster behind a target',
      members: { health: () => import('./cluster/health.ts') },
    },
    metrics: () => import('./metrics.ts'),
    auto: () => import('./auto.ts'),
    alerts: {
      summary: 'check alert rules, and test where alerts are sent',
      members: {
        check: () => import('./alerts/check.ts'),
        test: () => import('./alerts/test.ts'),
      },
    },
    doctor: () => import('./doctor.ts'),
    diff: () => import('./diff.ts'),
    runs: {
      summary: 'the history of runs, and how each ended',
      members: {
        list: () => import('./runs/list.ts'),
        show: () => import('./runs/show.ts'),
        tail: () => import('./runs/tail.ts'),
        trim: () => import('./runs/trim.ts'),
      },
    },
    report: () => import('./report.ts'),
    dashboard: () => import('./dashboard.ts'),
    transform: {
      summary: 'transforms: how objects change on their way',
      members: { test: () => import('./transform/test.ts') },
    },
    format: {
      summary: 'schemas of inputs and outputs, and a conformance kit',
      members: {
        schema: () => import('./format/schema.ts'),
        conformance: () => import('./format/conformance.ts'),
      },
    },
    config: {
      summary: 'show settings and where they come from; write a configuration file',
      members: {
        show: () => import('./config/show.ts'),
        init: () => import('./config/init.ts'),
      },
    },
    completion: () => import('./completion.ts'),
  },
}
