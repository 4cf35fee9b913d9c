import { judgeArrival } from './check-arrival.ts'
import { judgeConsent, judgeTenant } from './check-consent.ts'
import { judgeCredentials } from './check-credentials.ts'
import type { CheckFacts } from './check-facts.ts'
import { judgeAuditing, judgeBudget, judgePublisher, judgeSubscription } from './check-feed.ts'
import type { CheckReport } from './check-report.ts'
import { judgeService } from './check-service.ts'

/** What the facts say of each prerequisite. What was not seen is `unknown`, never `ok`. */
export function judgeCheck(facts: CheckFacts): CheckReport {
  const { tenantId, cloud, at } = facts
  const checks = [
    judgeService(facts),
    ...judgeCredentials(facts),
    judgeConsent(facts),
    judgeTenant(facts),
    judgeAuditing(facts),
    judgeSubscription(facts),
    judgePublisher(facts),
    judgeBudget(facts),
    ...judgeArrival(facts),
  ]
  return { tenantId, cloud, at, checks }
}
