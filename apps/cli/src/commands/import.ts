import { existsSync } from 'node:fs'
import { MailtrailError, parseTenantId } from '@mailtrail/core'
import { importEmailEvents } from '@mailtrail/investigation'
import type { Command } from 'commander'
import { exitCodes } from '../exit-codes.ts'
import { openTenantLakes } from '../open-tenant-lakes.ts'
import { createProgress, printJson, say } from '../print.ts'
import type { SetExitCode } from '../run-command-line.ts'
import { openRegistry } from '../tenant/open-registry.ts'

export function addImportCommand(program: Command, setExitCode: SetExitCode): void {
  const importCommand = program.command('import').description('bring in evidence from outside')
  importCommand
    .command('email-events')
    .description('import EmailEvents that Defender exported to storage, so that messages have senders, recipients and subjects')
    .argument('<path>', 'a PT1H.json file, or a folder that is read with all its folders')
    .requiredOption('--tenant <guid>', 'tenant id; rows of other tenants are left out')
    .option('--lake <location>', 'where the evidence is (default: MAILTRAIL_LAKE)')
    .option('--json', 'one JSON object')
    .action(async (path: string, { tenant, lake: location, json }: { tenant: string; lake?: string; json?: boolean }) => {
      if (!existsSync(path)) throw new MailtrailError('EXPORT_MISSING', `There is no file or folder ${path} to import.`)
      await using lake = await openRegistry(location)
      const progress = createProgress(100)
      const tenantId = parseTenantId(tenant)
      await using lakes = openTenantLakes(lake)
      const imported = await importEmailEvents(await lakes.open(tenantId), tenantId, path, {
        onProgress: ({ files, rows }) => progress.update(`${files} files, ${rows} rows`),
      })
      progress.end()
      if (json) printJson(imported)
      say(
        `Imported ${imported.rows} rows of ${imported.files} files; ${imported.otherTenants} of other tenants left out, ${imported.rejectedRows} not readable.`,
      )
      for (const { file, line, reason } of imported.rejected.slice(0, json ? 0 : 20)) say(`  ${file}:${line}: ${reason}`)
      if (imported.rejectedRows > 0) setExitCode(exitCodes.partlyDone)
    })
}
