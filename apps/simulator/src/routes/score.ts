import { jsonAnswer } from '../answer.ts'
import { faultCatalogue } from '../fault-catalogue.ts'
import type { Route } from '../route.ts'
import { scoreOf } from '../score.ts'

/** What a collector says it delivered, and how well it did. */
export const scoreRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: /^\/sim\/delivered$/,
    handle: ({ delivered }, { body }) => jsonAnswer(200, delivered.take(body)),
  },
  {
    method: 'GET',
    path: /^\/sim\/score$/,
    handle: (simulation, { url }) => {
      const operations = url.searchParams.getAll('operation')
      return jsonAnswer(200, operations.length > 0 ? scoreOf(simulation, operations) : scoreOf(simulation))
    },
  },
  { method: 'GET', path: /^\/sim\/faults$/, handle: () => jsonAnswer(200, faultCatalogue) },
]
