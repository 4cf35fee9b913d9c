import type { Announcement } from './announcement.ts'
import { renderTable } from './render-table.ts'

/** How to point a collector at the simulator, for a person. */
export function renderAnnouncement(announced: Announcement, speed: number): string {
  const tenants = announced.tenants.map(({ displayName, tenantId, clientId, clientSecret, publisherId }) => [
    '',
    displayName,
    `tenant ${tenantId}`,
    `client ${clientId}`,
    `secret ${clientSecret}`,
    `publisher ${publisherId}`,
  ])
  return [
    'The simulator listens. Ctrl-C ends it and prints the score.',
    renderTable([
      ['  login, API root, resource', announced.origin],
      ['  authority to trust', announced.caFile],
      ['  EmailEvents export', announced.emailEventsDir],
      ['  SIEM', `${announced.siemUrl}  secret ${announced.siemSecret}`],
      ['  simulated time', `${announced.origin}/sim/clock  ${speed > 0 ? `${speed} s in a second` : 'moves only when put'}`],
      ['  score so far', `${announced.origin}/sim/score`],
    ]),
    'Tenants',
    renderTable(tenants),
  ].join('\n')
}
