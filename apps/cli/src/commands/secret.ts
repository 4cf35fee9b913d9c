import type { Command } from 'commander'

export function addSecretCommand(program: Command): void {
  const secret = program.command('secret').description('seal credentials into the registry, under a master key of the fleet')
  secret
    .command('seal')
    .description('print the reference of a sealed credential; the credential comes from stdin, or is asked for')
    .requiredOption('--tenant <guid>', 'the one tenant it opens for')
    .action(async (options: { tenant: string }) => (await import('../tenant/run-secret.ts')).runSeal(options))
  secret
    .command('new-key')
    .description('print a new master key: 32 random bytes in base64')
    .action(async () => (await import('../tenant/run-secret.ts')).runNewKey())
}
