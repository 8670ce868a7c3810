import t from 'tap'
import { detailText, eventText } from '../../../bin/view/eventText.ts'

t.test('what --workers auto found is a line with --verbose alone', async (t) => {
  const event = { type: 'workers_found', workers: 4 } as const
  t.equal(eventText(event), undefined)
  t.equal(detailText(event), '--workers auto settled on 4 batches in flight')
})

t.test('what a job says once is a line without --verbose', async (t) => {
  const event = { type: 'run_started_over', reason: 'input_changed' } as const
  t.match(eventText(event), /begins at its first line/)
  t.equal(detailText(event), undefined)
})
