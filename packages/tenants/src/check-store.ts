import { type Abortable, MailtrailError, type TenantId } from '@mailtrail/core'
import { checkKey, checksPrefix, type ObjectStore } from '@mailtrail/lake'
import { type CheckReport, checkReportSchema } from './check-report.ts'

/** Keeps a report as dated evidence; the first of a millisecond stays. */
export async function storeCheck(fleetLake: ObjectStore, report: CheckReport, options?: Abortable): Promise<void> {
  const { tenantId, at, ...rest } = report
  const time = new Date(at).toISOString()
  const body = Buffer.from(`${JSON.stringify({ schema: 1, tenantId, at: time, ...rest })}\n`)
  await fleetLake.create(checkKey(tenantId, time), body, options)
}

/** The newest report; undefined when there is none. @throws {@link MailtrailError} `CHECK_INVALID` */
export async function readLastCheck(fleetLake: ObjectStore, tenantId: TenantId, options?: Abortable): Promise<CheckReport | undefined> {
  let last: string | undefined
  for await (const key of fleetLake.list(checksPrefix(tenantId), options)) last = key
  const bytes = last === undefined ? undefined : await fleetLake.read(last, options)
  if (last === undefined || !bytes) return undefined
  try {
    const report = checkReportSchema.parse(JSON.parse(Buffer.from(bytes).toString()))
    if (report.tenantId === tenantId) return report
    throw new Error('another tenant')
  } catch (cause) {
    throw new MailtrailError(
      'CHECK_INVALID',
      `The stored check ${last} cannot be read: it was altered, or is of a newer release. Check again.`,
      { cause },
    )
  }
}
