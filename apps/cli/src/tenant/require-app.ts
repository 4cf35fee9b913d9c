import { MailtrailError } from '@mailtrail/core'
import type { FleetApp } from '@mailtrail/tenants'

/** The fleet's app, where no other was named. @throws {@link MailtrailError} `CONSENT_APP_MISSING` */
export function requireApp(app: FleetApp | undefined): FleetApp {
  if (app) return app
  throw new MailtrailError(
    'CONSENT_APP_MISSING',
    'Nobody said which app is consented to: name the fleet’s under app in mailtrail.yaml, or give --client-id, and --credential when accepting.',
  )
}
