import type { Random } from '../random.ts'
import type { Address } from './access.ts'

/** The address of somebody outside the network in question, now and then in one of the spellings that Exchange uses. */
export function ownAddress(random: Random, address: string): Address {
  return { text: random.chance(0.02) ? spellDifferently(random, address) : address, decides: 'outside' }
}

/** REST clients reach mailboxes from Exchange Online's own network, which says nothing about who they are. */
export function serviceAddress(random: Random): Address {
  return { text: `2603:10a6:${random.int(1, 9)}0${random.int(1, 9)}:${random.hex(2)}::${random.int(1, 20)}`, decides: 'nothing' }
}

function spellDifferently(random: Random, address: string): string {
  const port = random.int(1024, 65_535)
  if (address.includes(':')) return random.pick([`[${address}]:${port}`, `[${address}]`, address.toUpperCase()])
  return random.pick([`${address}:${port}`, `[${address}]:${port}`, `::ffff:${address}`, `[::ffff:${address}]:${port}`])
}
