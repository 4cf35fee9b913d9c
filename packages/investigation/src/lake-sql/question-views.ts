import { isGiven, lower, moment, not, placeholder, splitAtComma } from './functions.ts'
import { isNetwork, networkKeys, trimmed } from './record-functions.ts'
import type { View } from './relation.ts'
import { column, type Spelling, spell } from './spelling.ts'
import { expand, relation, select, where } from './steps.ts'

const nothing: Spelling = { duckdb: '(VALUES (1)) AS nothing (one)', trino: '(VALUES (1)) AS nothing (one)', kql: 'print one = 1' }

const question: View = {
  name: 'question',
  isStored: true,
  comment: 'What is asked. Within one list any entry may match, and every list that is not empty must.',
  ...relation(
    { table: nothing },
    select([], {
      from_time: moment(placeholder('from')),
      to_time: moment(placeholder('to')),
      mailbox: lower(trimmed(placeholder('mailbox'))),
      networks: splitAtComma(placeholder('networks')),
      network_keys: networkKeys(splitAtComma(placeholder('networks'))),
      sessions: splitAtComma(lower(placeholder('sessions'))),
      apps: splitAtComma(lower(placeholder('apps'))),
    }),
  ),
}

const unreadableNetworks: View = {
  name: 'unreadable_networks',
  isStored: true,
  comment: 'Asked networks that are none. While there is one, no address is outside of them.',
  ...relation(
    'question',
    expand(column('networks'), 'network_element', 'network_no'),
    select([], { network: spell({ sql: (a) => a, kql: (a) => `tostring(${a})` })(column('network_element')) }),
    where(isGiven(column('network'))),
    where(not(isNetwork(column('network')))),
  ),
}

/** The question, and what of it cannot be read. */
export const questionViews: readonly View[] = [question, unreadableNetworks]
