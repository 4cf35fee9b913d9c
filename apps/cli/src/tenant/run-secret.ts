import { MailtrailError, parseTenantId } from '@mailtrail/core'
import { loadTenantSettings } from '@mailtrail/runtime'
import { newMasterKey, readMasterKey, sealSecret } from '@mailtrail/tenants'
import { readSecretInput } from '../ask.ts'
import { printData, say } from '../print.ts'

export async function runSeal({ tenant }: { tenant: string }): Promise<void> {
  const tenantId = parseTenantId(tenant)
  const key = await readMasterKey(loadTenantSettings(process.env))
  const secret = await readSecretInput(
    'Type the client secret, which is not shown, and Enter. (A certificate with its key in PEM is piped in.)',
  )
  if (secret === '') throw new MailtrailError('SECRET_EMPTY', 'Nothing was given to seal. Pipe the secret in, or type it.')
  printData(sealSecret(secret, tenantId, key))
}

export async function runNewKey(): Promise<void> {
  printData(newMasterKey())
  say(
    'Keep it where only the fleet can read it, name it under masterKey in mailtrail.yaml, and keep a copy: what it sealed opens with nothing else.',
  )
}
