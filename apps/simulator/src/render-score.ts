import { renderTable } from './render-table.ts'
import type { Score } from './score.ts'

/** The score for a person. */
export function renderScore({ leaks, examples, ...score }: Score): string {
  const foreign = Object.entries(leaks.foreignHost).map(([tenantId, count]) => `${count} of ${tenantId}`)
  const ids = Object.entries(examples).flatMap(([kind, found]) => (found.length > 0 ? [`  ${kind}, for example: ${found.join(', ')}`] : []))
  return [
    `Score, of records of ${score.operations.includes('all') ? 'all operations' : score.operations.join(', ')}`,
    renderTable([
      ['  expected', `${score.expected}`, 'distinct records a correct collector has by now'],
      ['  delivered', `${score.delivered}`, 'of them, as they are'],
      ['  missing', `${score.missing}`, 'of them, without any copy'],
      ['  duplicated', `${score.duplicated}`, 'copies beyond the first'],
      ['  altered', `${score.altered}`, 'copies with other content'],
      ['  unexpected', `${score.unexpected}`, "records that are no tenant's"],
      ['  unreadable', `${score.unreadable}`, 'delivered lines or files that are no record'],
      ['  tokens leaked', `${score.tokensLeaked}`, `to a foreign host: ${foreign.join(', ') || 'none'}; elsewhere: ${leaks.otherPlace}`],
      ['  calls over budget', `${score.callsOverBudget}`, "beyond a tenant's requestsPerMinute"],
      ['  without publisher', `${score.callsWithoutPublisherIdentifier}`, 'calls without PublisherIdentifier'],
      ['  long listings', `${score.listingsBeyond24Hours}`, 'of more than 24 hours'],
      ['  hasty starts', `${score.startsWithin15Minutes}`, 'within 15 minutes after the one before'],
    ]),
    ...ids,
  ].join('\n')
}
