import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { parseTenantId } from '@mailtrail/core'
import { createFolderStore } from '@mailtrail/lake'
import { addTenant } from '@mailtrail/tenants'
import { temporaryFolder } from '@mailtrail/testing'
import { expect, test } from 'vitest'

const main = fileURLToPath(new URL('main.ts', import.meta.url))

test.each(['--help', 'evidence verify --all', 'simulator --scenario hospital --json'])(
  'mailtrail %s ends quietly, as by SIGPIPE, once its reader is gone',
  async (command) => {
    await using folder = await temporaryFolder()
    const lake = createFolderStore(folder.path)
    for (const digit of '12') {
      const tenantId = parseTenantId(`${digit}1111111-2222-4333-8444-555555555555`)
      await addTenant(lake, { tenantId, displayName: 'Clinic', cloud: 'worldwide', credentials: [], tags: [] })
    }
    expect(await runUnread(command, `file:${folder.path}`)).toEqual({ stdout: '141\n', stderr: '' })
  },
)

/** Runs a command through a pipe whose reader is gone before it writes; prints its exit code. */
function runUnread(command: string, lake: string): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const script = `{ { "$NODE" --conditions=@mailtrail/source "$MAIN" ${command}; echo $? >&3; } | true; } 3>&1`
  const env = { ...process.env, NODE: process.execPath, MAIN: main, MAILTRAIL_LAKE: lake }
  return promisify(execFile)('sh', ['-c', script], { env })
}
