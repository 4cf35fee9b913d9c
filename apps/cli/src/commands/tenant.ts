import type { Command } from 'commander'
import type { SetExitCode } from '../run-command-line.ts'
import { addTenantAddCommand } from './tenant-add.ts'
import { addTenantCheckCommand } from './tenant-check.ts'
import { addTenantConsentCommands } from './tenant-consent.ts'
import { addTenantHoldCommands } from './tenant-hold.ts'
import { addTenantImportCommands } from './tenant-import.ts'
import { addTenantListCommand } from './tenant-list.ts'
import { addTenantPauseCommands } from './tenant-pause.ts'
import { addTenantPurgeCommand } from './tenant-purge.ts'
import { addTenantRemoveCommand } from './tenant-remove.ts'
import { addTenantRotateCommand } from './tenant-rotate.ts'
import { addTenantShowCommand } from './tenant-show.ts'
import { addTenantUpdateCommand } from './tenant-update.ts'

/** What a command does is loaded when it runs, so that the others start fast. */
export function addTenantCommand(program: Command, setExitCode: SetExitCode): void {
  const tenant = program.command('tenant').description('register the tenants to collect for, and change what is collected')
  addTenantAddCommand(tenant)
  addTenantCheckCommand(tenant, setExitCode)
  addTenantConsentCommands(tenant)
  addTenantImportCommands(tenant, setExitCode)
  addTenantListCommand(tenant, setExitCode)
  addTenantShowCommand(tenant)
  addTenantUpdateCommand(tenant)
  addTenantRotateCommand(tenant)
  addTenantPauseCommands(tenant)
  addTenantRemoveCommand(tenant)
  addTenantHoldCommands(tenant)
  addTenantPurgeCommand(tenant, setExitCode)
}
