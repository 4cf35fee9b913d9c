import type { Command } from 'commander'
import { addRegistryOptions } from '../tenant/field-options.ts'
import type { ConsentAcceptOptions } from '../tenant/run-consent-accept.ts'
import type { ConsentLinkOptions } from '../tenant/run-consent-link.ts'

export function addTenantConsentCommands(tenant: Command): void {
  tenant
    .command('consent-link')
    .description('print the address at which an administrator lets the app read the feed of a tenant; good for 24 hours and one answer')
    .option('--tenant <guid>', 'the tenant that is to consent (default: any)')
    .option('--cloud <name>', 'worldwide, gcc, gcc-high, dod, china, or one named in mailtrail.yaml', 'worldwide')
    .option('--client-id <guid>', "the tenant's own app registration (default: the fleet's, app in mailtrail.yaml)")
    .option('--redirect-uri <url>', 'where the browser ends; registered with the app', 'http://localhost:8420/consent')
    .option('--json', 'one JSON object')
    .action(async (options: ConsentLinkOptions) => (await import('../tenant/run-consent-link.ts')).runConsentLink(options))
  const accept = tenant
    .command('consent-accept')
    .description(
      'take the address that the administrator’s browser ended on, prove it by a token, and register the tenant if it gets a name',
    )
    .argument('<address>', 'the whole address, in quotation marks')
    .option('--name <text>', 'display name; without it nothing is registered')
    .option('--client-id <guid>', "the tenant's own app registration, as in the link (default: the fleet's)")
    .option('--credential <reference>', 'of that app: env:NAME, file:PATH, …')
  addRegistryOptions(accept, 'one JSON object').action(async (address: string, options: ConsentAcceptOptions, command: Command) => {
    const { clientId, credential } = options
    if ((clientId === undefined) !== (credential === undefined)) command.error('error: --client-id and --credential go together')
    await (await import('../tenant/run-consent-accept.ts')).runConsentAccept(address, options)
  })
}
