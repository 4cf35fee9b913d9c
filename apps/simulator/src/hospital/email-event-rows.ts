import type { Random } from '../random.ts'
import type { EmailEventFile } from '../world.ts'
import { hourMs, minuteMs } from './calendar.ts'
import type { CastTenant } from './cast.ts'
import type { Message } from './mail.ts'

interface Row {
  /** When the stream sent it. */
  readonly time: number
  readonly line: string
}

/** A tenant's EmailEvents export: one row a recipient, again when the verdict changes, and some rows twice. */
export function exportEmailEvents(random: Random, tenant: CastTenant, messages: readonly Message[]): EmailEventFile[] {
  const rows = messages.filter(({ isExported }) => isExported).flatMap((message) => rowsOfMessage(random, tenant, message))
  const byHour = Map.groupBy(rows, ({ time }) => Math.floor(time / hourMs) * hourMs)
  return [...byHour].map(([hour, hourRows]) => ({
    tenantId: tenant.tenantId,
    path: exportPath(tenant.tenantId, hour),
    text: hourRows
      .sort((a, b) => a.time - b.time)
      .map(({ line }) => `${line}\r\n`)
      .join(''),
  }))
}

/** @see https://learn.microsoft.com/defender-xdr/streaming-api-storage for the envelope; the path is as storage accounts show it */
function exportPath(tenantId: string, hour: number): string {
  const [year, month, day, hours] = new Date(hour).toISOString().split(/[-T:]/)
  return `insights-logs-advancedhunting-emailevents/tenantId=${tenantId}/y=${year}/m=${month}/d=${day}/h=${hours}/m=00/PT1H.json`
}

function rowsOfMessage(random: Random, tenant: CastTenant, message: Message): Row[] {
  const isReassessed = random.chance(0.06)
  const sent = message.sentAt + random.int(1 * minuteMs, 4 * minuteMs)
  const reassessed = sent + random.int(2 * hourMs, 20 * hourMs)
  return message.recipients.flatMap((recipient) => {
    const address = random.chance(0.05) ? recipient.replaceAll(/\b[a-z]/g, (letter) => letter.toUpperCase()) : recipient
    // A gateway's mark is in the subject until the message is judged again.
    const first = isReassessed ? { ...message, subject: `[Suspected spam] ${message.subject}` } : message
    const rows = [row(tenant, first, address, sent, isReassessed ? suspected : delivered)]
    if (isReassessed) rows.push(row(tenant, message, address, reassessed, delivered))
    return rows.flatMap((single) => (random.chance(0.03) ? [single, single] : [single]))
  })
}

const delivered = { DeliveryAction: 'Delivered', DeliveryLocation: 'Inbox/folder', ThreatTypes: null, ConfidenceLevel: null }
const suspected = { DeliveryAction: 'Junked', DeliveryLocation: 'Junk folder', ThreatTypes: 'Spam', ConfidenceLevel: '{"Spam":"Normal"}' }

function row(tenant: CastTenant, message: Message, recipient: string, time: number, verdict: object): Row {
  const line = {
    time: `${new Date(time).toISOString().slice(0, -1)}0000Z`,
    tenantId: tenant.tenantId,
    operationName: 'Publish',
    category: 'AdvancedHunting-EmailEvents',
    properties: { ...columns(tenant, message, recipient), ...verdict },
  }
  return { time, line: JSON.stringify(line) }
}

function columns(tenant: CastTenant, message: Message, recipient: string): object {
  const [, senderDomain = ''] = message.sender.split('@')
  const isFromInside = senderDomain === tenant.domain
  const isToInside = recipient.toLowerCase().endsWith(`@${tenant.domain}`)
  return {
    Timestamp: new Date(message.sentAt).toISOString().replace('.000', ''),
    NetworkMessageId: message.networkMessageId,
    InternetMessageId: `<${message.id}>`,
    SenderMailFromAddress: message.sender,
    SenderFromAddress: message.sender,
    SenderDisplayName: message.sender.split('@')[0],
    SenderObjectId: null,
    SenderMailFromDomain: senderDomain,
    SenderFromDomain: senderDomain,
    SenderIPv4: '192.0.2.25',
    SenderIPv6: null,
    RecipientEmailAddress: recipient,
    RecipientObjectId: null,
    Subject: message.subject,
    EmailClusterId: 1_234_567_890,
    EmailDirection: emailDirection(isFromInside, isToInside),
    ThreatNames: null,
    DetectionMethods: null,
    BulkComplaintLevel: null,
    EmailAction: null,
    EmailActionPolicy: null,
    EmailActionPolicyGuid: null,
    AuthenticationDetails: '{"SPF":"pass","DKIM":"pass","DMARC":"pass","CompAuth":"pass"}',
    AttachmentCount: 0,
    UrlCount: 0,
    EmailLanguage: null,
    Connectors: null,
    OrgLevelAction: null,
    OrgLevelPolicy: null,
    UserLevelAction: null,
    UserLevelPolicy: null,
    ReportId: `${message.networkMessageId}-${message.id.length}`,
    AdditionalFields: null,
    To: [recipient],
    Cc: [],
    EmailSize: message.sizeInBytes,
    IsFirstContact: false,
  }
}

function emailDirection(isFromInside: boolean, isToInside: boolean): string {
  if (!isFromInside) return 'Inbound'
  return isToInside ? 'Intra-org' : 'Outbound'
}
