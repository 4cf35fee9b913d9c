import type { Simulator } from './server.ts'
import type { World } from './world.ts'

/** The one line a parent process waits for. Times and answers are asked for at the control addresses instead. */
export interface Announcement {
  readonly event: 'simulator.listening'
  readonly origin: string
  /** Another host, to which no token belongs. */
  readonly foreignOrigin: string
  readonly caFile: string
  readonly emailEventsDir: string
  readonly siemUrl: string
  readonly siemSecret: string
  readonly tenants: readonly {
    readonly tenantId: string
    readonly displayName: string
    readonly clientId: string
    readonly clientSecret: string
    readonly publisherId: string
  }[]
}

export function announcement(
  world: World,
  { origin, foreignOrigin, caFile, emailEventsDir, siemUrl, siemSecret }: Simulator,
): Announcement {
  return {
    event: 'simulator.listening',
    origin,
    foreignOrigin,
    caFile,
    emailEventsDir,
    siemUrl,
    siemSecret,
    tenants: world.tenants.map(({ tenantId, displayName, clientId, clientSecret, publisherId }) => ({
      tenantId,
      displayName,
      clientId,
      clientSecret,
      publisherId,
    })),
  }
}
