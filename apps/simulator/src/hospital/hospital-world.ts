import { createRandom, type Random } from '../random.ts'
import type { SimulatedContent, SimulatedTenant, World } from '../world.ts'
import type { Access } from './access.ts'
import { alertsOf, answerOf, questionOf } from './answer.ts'
import { storyStart } from './calendar.ts'
import type { CastTenant } from './cast.ts'
import { cutIntoContents, type FeedPace } from './contents.ts'
import { exportEmailEvents } from './email-event-rows.ts'
import type { MailRoom } from './mail.ts'
import { tellStory } from './story.ts'
import { recordsOfTenant } from './story-record.ts'

const hospitalPace: FeedPace = { everyMinutes: [9, 19], delayMinutes: [10, 65], spreadMinutes: 20, crowdsPerDay: 3 }
const clinicPace: FeedPace = { everyMinutes: [40, 75], delayMinutes: [10, 15], spreadMinutes: 0, crowdsPerDay: 0 }

/**
 * Ten days in a hospital one of whose mailboxes an intruder reads, beside a clinic that must stay out of the answer.
 *
 * The client starts the subscriptions. The answer is whole once every content has been listable, on the eighth day at the latest.
 */
export function hospitalWorld(seed: string): World {
  const random = createRandom(`hospital ${seed}`)
  const line = tellStory(random.fork('story'))
  const { hospital, clinic } = line.cast
  return {
    start: storyStart,
    // Small, so that crowded windows need several pages.
    pageSize: 5,
    siem: { failFirst: 0 },
    tenants: [
      simulatedTenant(hospital, feedOf(random.fork('hospital feed'), hospital, line.hospitalAccesses, line.hospitalMail, hospitalPace)),
      simulatedTenant(clinic, feedOf(random.fork('clinic feed'), clinic, line.clinicAccesses, line.clinicMail, clinicPace)),
    ],
    story: {
      question: questionOf(hospital),
      answer: answerOf(line),
      alerts: alertsOf(line),
      emailEvents: [
        ...exportEmailEvents(random.fork('hospital export'), hospital, line.hospitalMail.messages),
        ...exportEmailEvents(random.fork('clinic export'), clinic, line.clinicMail.messages),
      ],
    },
  }
}

function feedOf(random: Random, tenant: CastTenant, accesses: readonly Access[], mail: MailRoom, pace: FeedPace): SimulatedContent[] {
  return cutIntoContents(random.fork('contents'), recordsOfTenant(random.fork('records'), tenant, accesses, mail), pace)
}

function simulatedTenant(tenant: CastTenant, contents: readonly SimulatedContent[]): SimulatedTenant {
  const { tenantId, displayName, clientId, clientSecret, publisherId } = tenant
  return {
    tenantId,
    displayName,
    clientId,
    clientSecret,
    publisherId,
    initiallySubscribed: false,
    subscriptionEvents: [],
    faults: [],
    contents,
  }
}
